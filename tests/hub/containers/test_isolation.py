"""What a person's container can reach: the services that serve it, and nothing else."""

import json
import socket

import pytest

from tests.support.containers import Hub, Person

pytestmark = [pytest.mark.slow, pytest.mark.docker, pytest.mark.timeout(1500)]

# Asked in one go: each start of Python in a container takes a while.
_REACH = """
import json, socket, sys
from concurrent.futures import ThreadPoolExecutor
def reach(target):
    host, port = target.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 2).close()
        return "open"
    except OSError as error:
        return type(error).__name__
targets = json.loads(sys.argv[1])
with ThreadPoolExecutor(len(targets)) as pool:
    print(json.dumps(dict(zip(targets, pool.map(reach, targets)))))
"""


@pytest.fixture(scope="module")
def anna(hub: Hub) -> Person:
    person = hub.person("anna")
    person.start()
    return person


@pytest.fixture(scope="module")
def ben(hub: Hub) -> Person:
    person = hub.person("ben")
    person.start()
    return person


def reach(person: Person, *targets: str) -> dict[str, str]:
    """Whether a connection opens, from inside a person's container."""
    found: dict[str, str] = json.loads(person.python(_REACH, json.dumps(targets)))
    return found


def address(hub: Hub, service: str, network: str) -> str:
    """The address of a service's container on one network."""
    networks = hub.inspect(hub.container(service))[0]["NetworkSettings"]["Networks"]
    return str(networks[network]["IPAddress"])


def test_what_serves_people_is_reached(anna: Person) -> None:
    """The engines, the gateway, the hub and the proxy answer."""
    wanted = ("postgres:5432", "mongo:27017", "redis:6379", "hub:8081", "proxy:8000")
    assert set(reach(anna, *wanted).values()) == {"open"}


def test_what_serves_nobody_is_not(hub: Hub, anna: Person) -> None:
    """Worker, beat and culler have no name there; the proxy's control port is on the inner network alone."""
    inner = f"{hub.stack.project}_inner"
    wanted = [
        "worker:22",
        "beat:22",
        "culler:22",
        "proxy-control:8001",
        "proxy:8001",
        f"{address(hub, 'proxy', inner)}:8001",
        f"{address(hub, 'postgres', inner)}:5432",
    ]
    assert "open" not in reach(anna, *wanted).values()


def test_no_way_leads_out(hub: Hub, anna: Person) -> None:
    """Not to the Internet, not to a cloud's metadata, not to anything that the host itself listens on."""
    networks = hub.inspect(hub.container("proxy"))[0]["NetworkSettings"]["Networks"].values()
    hosts = {"172.17.0.1", *hub.run("hostname", "-I").split()}
    hosts |= {one["Gateway"] for one in networks if one["Gateway"]}
    with socket.create_server(("0.0.0.0", 0)) as listening:
        port = listening.getsockname()[1]
        wanted = ["169.254.169.254:80", "1.1.1.1:443", "deb.debian.org:80"]
        wanted += [f"{host}:{port}" for host in hosts if ":" not in host]
        found = reach(anna, *wanted)
    assert "open" not in found.values(), found


def test_the_engine_of_containers_is_not_there(anna: Person) -> None:
    """No socket, no root, no capability, no way to become more."""
    shown = anna.python(
        "import os, pathlib; print(os.getuid(), pathlib.Path('/var/run/docker.sock').exists());"
        "print(pathlib.Path('/proc/self/status').read_text())"
    )
    assert shown.startswith("1000 False")
    status = dict(line.split(":\t", 1) for line in shown.splitlines() if ":\t" in line)
    assert {status[name] for name in ("CapEff", "CapPrm", "CapBnd")} == {"0" * 16}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_only_the_home_can_be_written(anna: Person) -> None:
    """What the lab is made of stays as it was built."""
    shown = anna.python(
        "import pathlib\n"
        "for place in ('/opt/pgc/x', '/srv/pgc/pgc_lib/x', '/etc/x', '/home/lab/x'):\n"
        "    try: pathlib.Path(place).touch(); print(place)\n"
        "    except OSError: pass"
    )
    assert shown.split() == ["/home/lab/x"]


def test_another_server_asks_who_is_there(anna: Person, ben: Person) -> None:
    """Containers of persons share a network; a server opens to its owner alone."""
    shown = anna.python(
        "import sys, urllib.request as u, urllib.error as e\n"
        "class Stay(u.HTTPRedirectHandler):\n"
        "    def redirect_request(self, *a): return None\n"
        "for path in ('api/contents', 'api/kernels', 'lab', 'pgc/api/runs'):\n"
        "    try: print(path, u.build_opener(Stay).open(f'http://{sys.argv[1]}:8888/user/ben/{path}', timeout=5).status)\n"
        "    except e.HTTPError as error: print(path, error.code)\n",
        ben.container,
    )
    codes = {line.split()[1] for line in shown.splitlines()}
    assert codes <= {"302", "403", "404", "405"}, shown


def test_persons_tokens_open_their_own_server_alone(anna: Person, ben: Person) -> None:
    """What a person finds in their own container opens neither another's server nor another's logins."""
    shown = anna.python(
        "import os, sys, urllib.request as u, urllib.error as e\n"
        "def ask(url):\n"
        "    request = u.Request(url, headers={'Authorization': 'token ' + os.environ['JUPYTERHUB_API_TOKEN']})\n"
        "    try: return u.urlopen(request, timeout=5).status\n"
        "    except e.HTTPError as error: return error.code\n"
        "print(ask(f'http://{sys.argv[1]}:8888/user/ben/api/contents'),\n"
        "      ask('http://hub:8081/hub/api/users/ben'), ask('http://hub:8081/hub/api/users'),\n"
        "      ask('http://proxy:8000/user/ben/api/kernels'))",
        ben.container,
    )
    first, *others = shown.split()
    assert first == "403"
    assert set(others) <= {"403", "404"}


def test_no_login_but_their_own(anna: Person) -> None:
    """The engines refuse the administrators' names, no name and no password, from inside a person's container."""
    shown = anna.python(
        "import psycopg, redis, pymongo\n"
        "for user in ('postgres', 'pgc_owner', 'pgc_worker', 'pgc_gateway', 'pgc_hub'):\n"
        "    for password in ('', user):\n"
        "        for base in ('postgres', 'pgc'):\n"
        "            try: psycopg.connect(host='postgres', user=user, password=password, dbname=base, connect_timeout=5); print('open', user, base)\n"
        "            except psycopg.OperationalError: pass\n"
        "for words in ({}, {'username': 'default'}, {'username': 'pgc_admin', 'password': 'pgc_admin'}):\n"
        "    try: redis.Redis('redis', retry=None, **words).info(); print('open redis', words)\n"
        "    except redis.RedisError: pass\n"
        "client = pymongo.MongoClient('mongo', serverSelectionTimeoutMS=5000)\n"
        "try: print('open mongo', client.list_database_names())\n"
        "except pymongo.errors.PyMongoError: pass\n"
        "print('done')"
    )
    assert shown.split() == ["done"]


def test_their_own_logins_open_their_own_lab(anna: Person) -> None:
    """What the hub handed over is enough for `pgc.open()`, with documents in MongoDB."""
    shown = anna.python(_WORK)
    assert "water the plants" in shown
    assert "closed postgres\nclosed template1\nclosed pgc_hub" in shown


# A shell beside the server has not the server's environment; the files it was given are the person's own.
_WORK = """
import os, pathlib
folder = pathlib.Path('/run/pgc')
for file in folder.iterdir():
    os.environ[file.name.upper() + '_FILE'] = str(file)
import pgc_lib as pgc
with pgc.open() as lab:
    lab.todos.add(title='water the plants')
    print([todo.title for todo in lab.todos.find()])
import psycopg
from pgc_lib.settings import settings
with psycopg.connect(settings().database_url.reveal()) as mine:
    for base in ('postgres', 'template1', 'pgc_hub'):
        try:
            psycopg.connect(mine.info.dsn, password=mine.info.password, dbname=base)
            print('opened', base)
        except psycopg.OperationalError:
            print('closed', base)
"""
