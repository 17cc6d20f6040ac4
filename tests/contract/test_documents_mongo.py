"""What only MongoDB needs: versions without transactions, broken connections, users and roles."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from uuid import UUID

import pytest
from pymongo import MongoClient, monitoring
from pymongo.errors import OperationFailure

from pgc_lib.core.ids import new_id
from pgc_lib.errors import Conflict, Denied, PgcError, SettingError, Unavailable
from pgc_lib.stores.documents_mongo import MongoDocuments
from pgc_lib.stores.filters import col
from pgc_lib.stores.mongo import Raw, client_for, database_of
from pgc_lib.stores.mongo_people import grant, provision, refresh, remove, revoke
from tests.support.mongo import Mongo, start_mongo

KIND = "family.members"
OTHER = "finance.accounts"


def _store(mongo: Mongo, person: UUID) -> MongoDocuments:
    return MongoDocuments(mongo.connect(mongo.url_of(person)), person)


def _whole(store: MongoDocuments, key: UUID, at_least: int) -> int:
    """Check that the history has every version once; the version in force."""
    now, history = store.get(KIND, key), store.versions(KIND, key)
    # The server may still be at the last wish of a client that is gone.
    while (again := store.get(KIND, key)) != now:
        now, history = again, store.versions(KIND, key)
    assert now is not None and now.version >= at_least
    assert [it.version for it in history] == list(range(now.version, 0, -1))
    assert history[0].body == now.body
    assert all(newer.when > older.when for newer, older in pairwise(history))
    return now.version


# ── killed clients ──────────────────────────────────────────────────────────────────────────────────


def _writer(mongo: Mongo, person: UUID, key: UUID, *when: str) -> "subprocess.Popen[str]":
    program = [sys.executable, "-m", "tests.support.mongo_writer"]
    return subprocess.Popen(
        [*program, mongo.url_of(person), person.hex, key.hex, *when],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_client_killed_in_the_middle_of_a_change(mongo: Mongo, when: str) -> None:
    """Killed between the two writes of a change, a client leaves the document and history whole."""
    person, _url = mongo.person()
    store, key = _store(mongo, person), new_id()
    store.insert(KIND, {"n": 0}, id=key)
    writer = _writer(mongo, person, key, when)
    printed, _errors = writer.communicate(timeout=60)
    assert writer.returncode == -signal.SIGKILL
    assert printed.split()[-1] == "10"

    versions = mongo.admin[database_of(person)][f"{KIND}.versions"]
    assert versions.count_documents({"record": key}) == 10, "the tenth was put into the history"
    done = 10 if when == "before" else 11
    assert _whole(store, key, done) == done
    assert store.update(KIND, key, {"n": -1}, version=done).version == done + 1
    assert _whole(store, key, done + 1) == done + 1
    assert store.delete(KIND, key, version=done + 1)
    assert store.versions(KIND, key)[0].verb == "delete"


def test_clients_killed_at_any_moment(mongo: Mongo) -> None:
    """Two clients changing one document, killed again and again: nothing acknowledged is lost."""
    person, _url = mongo.person()
    store, key = _store(mongo, person), new_id()
    store.insert(KIND, {"n": 0}, id=key)
    chance = random.Random(7)
    acknowledged = 1
    for _round in range(4):
        writers = [_writer(mongo, person, key) for _n in range(2)]
        for writer in writers:
            assert writer.stdout is not None
            writer.stdout.readline()
        time.sleep(chance.uniform(0.01, 0.2))
        for writer in writers:
            writer.kill()
            printed = writer.communicate()[0].split()
            acknowledged = max([acknowledged, *map(int, printed)])
        acknowledged = _whole(store, key, acknowledged)
    assert acknowledged > 8


# ── broken connections ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def own_mongo() -> Iterator[Mongo]:
    """A server of one's own, to be killed."""
    server = start_mongo()
    if server.process is None:
        pytest.skip("the server named by PGC_TEST_MONGO_URL is not ours to kill")
    yield server
    server.close()


def test_a_server_that_is_killed_loses_nothing_acknowledged(own_mongo: Mongo) -> None:
    """Changes go on over a restart without the caller noticing, and each is made exactly once."""
    person, _url = own_mongo.person()
    store, key = _store(own_mongo, person), new_id()
    store.insert(KIND, {"n": 0}, id=key)
    stop, done = Event(), [0]

    def write() -> None:
        while not stop.is_set():
            store.update(KIND, key, {"n": done[0] + 1})
            done[0] += 1

    thread = Thread(target=write)
    thread.start()
    while done[0] < 5:
        time.sleep(0.01)
    own_mongo.restart()
    after = done[0]
    deadline = time.monotonic() + 30
    while done[0] < after + 5 and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.01)
    stop.set()
    thread.join()
    assert done[0] >= after + 5
    assert _whole(store, key, 1) == done[0] + 1
    now = store.get(KIND, key)
    assert now is not None and now.body == {"n": done[0]}


class Cutter:
    """Stands between client and server and can cut the line when a request has gone through."""

    def __init__(self, address: str) -> None:
        host, _colon, port = address.partition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.armed = False
        Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            Thread(target=self._pump, args=(client, server, True), daemon=True).start()
            Thread(target=self._pump, args=(server, client, False), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket, asking: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                cut = asking and self.armed
                target.sendall(data)
                if cut:
                    self.armed = False
                    time.sleep(0.1)  # the server carries it out; its answer finds nobody
                    source.shutdown(socket.SHUT_RDWR)
                    return
                if not asking and self.armed:
                    return
        for end in (source, target):
            with suppress(OSError):
                end.close()

    def close(self) -> None:
        self._listener.close()


class OnCommand(monitoring.CommandListener):
    """Does something once, when a command on a collection is about to be sent."""

    def __init__(self, command: str, collection: str, action: Callable[[], object]) -> None:
        self._what = (command, collection)
        self.action = action
        self.done = False

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        name = event.command_name
        if not self.done and (name, event.command.get(name)) == self._what:
            self.done = True
            self.action()

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


def _listening(url: str, listener: OnCommand) -> "MongoClient[Raw]":
    return MongoClient(
        url,
        event_listeners=[listener],
        uuidRepresentation="standard",
        tz_aware=True,
        retryWrites=False,
        directConnection=True,
    )


@pytest.mark.parametrize(
    ("command", "collection"),
    [("insert", KIND), ("update", KIND), ("update", f"{KIND}.versions")],
)
def test_an_answer_that_got_lost(mongo: Mongo, command: str, collection: str) -> None:
    """A write that was carried out but never answered is recognised, not repeated or refused."""
    person, _url = mongo.person()
    cutter = Cutter(mongo.address)
    url = mongo.url_of(person).replace(mongo.address, cutter.address)

    def arm() -> None:
        cutter.armed = True

    listener = OnCommand(command, collection, arm)
    with _listening(url, listener) as client:
        store, key = MongoDocuments(client, person), new_id()
        items = [(new_id(), {"n": n}) for n in range(3)]
        assert store.insert_many(KIND, [(key, {"n": 0}), *items]).added == 4
        assert store.update(KIND, key, {"n": 1}, version=1).version == 2
        assert store.insert_many(KIND, [(key, {"n": 2})], on_conflict="replace").replaced == 1
        assert listener.done
        assert store.count(KIND) == 4
        assert _whole(store, key, 3) == 3
    cutter.close()


def test_a_bulk_insert_that_meets_another_takes_itself_back(mongo: Mongo) -> None:
    """An id that is taken while the bulk is under way: the whole of it is withdrawn."""
    person, url = mongo.person()
    items = [(new_id(), {"n": n}) for n in range(600)]
    rival = _store(mongo, person)
    last = items[-1][0]
    listener = OnCommand("insert", KIND, lambda: None)
    with _listening(url, listener) as client:
        store = MongoDocuments(client, person)
        store.count(KIND)
        listener.action = lambda: rival.insert(KIND, {"rival": True}, id=last)
        with pytest.raises(Conflict, match=str(last)):
            store.insert_many(KIND, items)
    assert [it.body for it in rival.find(KIND).items] == [{"rival": True}]


def test_a_server_that_is_not_there_is_told_soon() -> None:
    """An address nobody listens at, one that is none, and a wrong password: each with a next step."""
    with client_for("mongodb://127.0.0.1:1", timeout=0.5) as client:
        with pytest.raises(Unavailable) as told:
            MongoDocuments(client, new_id()).get(KIND, new_id())
        assert told.value.next_step
    for url in (
        "mongo://x",
        "mongodb://",
        "mongodb://u:s3cret@h:port/x",
        "",
        "mongodb://u:s3:cret@h",
    ):
        with pytest.raises(SettingError) as wrong:
            client_for(url)
        assert "s3" not in str(wrong.value) and wrong.value.next_step


# ── persons and grants ──────────────────────────────────────────────────────────────────────────────


def test_a_person_has_rights_on_their_own_database_alone(mongo: Mongo) -> None:
    """The user can do what documents need and nothing else: no users, no roles, no other database."""
    person, url = mongo.person()
    other, _other_url = mongo.person()
    _store(mongo, other).insert(KIND, {"secret": 1}, id=new_id())
    client = mongo.connect(url)
    own, foreign = client[database_of(person)], client[database_of(other)]
    own["family.x"].insert_one({})
    attempts: list[Callable[[], object]] = [
        foreign[KIND].find_one,
        lambda: foreign[KIND].insert_one({}),
        lambda: foreign[KIND].update_many({}, {"$set": {"x": 1}}),
        lambda: foreign[KIND].delete_many({}),
        foreign[KIND].drop,
        lambda: foreign[KIND].create_index("x"),
        lambda: list(foreign[KIND].aggregate([])),
        lambda: foreign[KIND].distinct("body.secret"),
        foreign.list_collection_names,
        lambda: client.drop_database(foreign.name),
        lambda: own["family.x"].aggregate([{"$out": {"db": foreign.name, "coll": KIND}}]),
        lambda: own["family.x"].aggregate(
            [{"$merge": {"into": {"db": foreign.name, "coll": "y"}}}]
        ),
        lambda: own.command("createUser", "e", pwd="e", roles=["root"]),
        lambda: own.command("grantRolesToUser", own.name, roles=[{"role": "root", "db": "admin"}]),
        lambda: own.command(
            "createRole", "r", privileges=[], roles=[{"role": "root", "db": "admin"}]
        ),
        lambda: client.admin.command("usersInfo", 1),
        client.admin["system.users"].find_one,
        lambda: client.admin.command("listDatabases", authorizedDatabases=False),
    ]
    for attempt in attempts:
        with pytest.raises(OperationFailure):
            attempt()
    assert _store(mongo, other).count(KIND, col("secret") == 1) == 1


def test_provisioning_again_gives_a_new_password(mongo: Mongo) -> None:
    """A lost password is replaced; the old one no longer opens anything, and errors show neither."""
    person, old_url = mongo.person()
    provision(mongo.admin, person, "new-password")
    with pytest.raises(Denied) as told:
        MongoDocuments(mongo.connect(old_url), person).count(KIND)
    assert "password" not in str(told.value).replace("their-password", "")
    new_url = old_url.replace("their-password", "new-password")
    assert MongoDocuments(mongo.connect(new_url), person).count(KIND) == 0


def test_a_grant_names_the_collections_of_its_area(mongo: Mongo) -> None:
    """A grant of one area is a role on that area's collections, new ones included after a refresh."""
    owner, _url = mongo.person()
    friend, friend_url = mongo.person()
    store = _store(mongo, owner)
    for kind in (KIND, OTHER):
        store.insert(kind, {"n": 1}, id=new_id())
    grant(mongo.admin, owner, "family", friend, kinds=["family.pets"])

    def reach(level: str) -> dict[str, list[str]]:
        role = {"role": f"{level}_family", "db": database_of(owner)}
        found = mongo.admin[database_of(owner)].command("rolesInfo", role, showPrivileges=True)
        privileges = found["roles"][0]["privileges"]
        assert {it["resource"]["db"] for it in privileges} == {database_of(owner)}
        return {it["resource"]["collection"]: sorted(it["actions"]) for it in privileges}

    names = {KIND, "family.pets", "family.attachments.files", "family.attachments.chunks"}
    names |= {f"{KIND}.versions", "family.pets.versions"}
    assert reach("see") == {name: ["find"] for name in names}
    store.insert("family.trips", {}, id=new_id())
    refresh(mongo.admin, owner, "family")
    assert set(reach("see")) >= {KIND, "family.trips", "family.trips.versions"}
    grant(mongo.admin, owner, "family", friend, "edit")
    assert reach("edit")[KIND] == ["find", "insert", "remove", "update"]

    def roles() -> set[str]:
        users = mongo.admin[database_of(friend)].command("usersInfo", database_of(friend))["users"]
        return {role["role"] for role in users[0]["roles"]}

    assert roles() == {"readWrite", "edit_family"}, "one level at a time"
    seen = MongoDocuments(mongo.connect(friend_url), friend, granted=lambda _area: [owner])
    assert seen.count(KIND) == 1
    if mongo.real:  # SecantusDB checks the database of a role only
        with pytest.raises(Denied):
            seen.count(OTHER)
    revoke(mongo.admin, owner, "family", friend)
    assert roles() == {"readWrite"}


def test_a_person_can_be_removed(mongo: Mongo) -> None:
    """The login goes first; the data goes when that is asked for."""
    person, url = mongo.person()
    friend, _friend_url = mongo.person()
    _store(mongo, person).insert(KIND, {}, id=new_id())
    grant(mongo.admin, person, "family", friend)
    remove(mongo.admin, person)
    with pytest.raises(PgcError):
        MongoDocuments(mongo.connect(url), person).count(KIND)
    assert mongo.admin[database_of(person)][KIND].count_documents({}) == 1
    remove(mongo.admin, person, data=True)
    assert database_of(person) not in mongo.admin.list_database_names()
