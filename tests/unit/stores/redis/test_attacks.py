"""Isolation: another person's login tries everything the server knows, and is refused or sees nothing."""

import random
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from redis.exceptions import ExecAbortError, NoPermissionError, RedisError, ResponseError

from pgc_lib.errors import Denied, PgcError
from pgc_lib.stores.redis import Redis
from tests.support.valkey import Server

HARMLESS = {
    *("auth", "hello", "ping", "echo", "quit", "reset", "time", "wait", "waitaof"),
    *("multi", "exec", "discard", "unwatch", "eval", "evalsha", "eval_ro", "evalsha_ro"),
    *("unsubscribe", "punsubscribe", "sunsubscribe", "acl|whoami", "xgroup|help", "xinfo|help"),
    *("client|id", "client|getname", "client|setname", "client|setinfo", "client|no-touch"),
    *("command", "command|count", "command|docs", "command|getkeys", "command|getkeysandflags"),
    *("command|help", "command|info", "command|list"),
    *("xread", "xreadgroup"),  # they find their keys behind the word STREAMS: see `ATTACKS`
}
"""Commands without a key that a person may run: each was looked at and tells nothing about others."""


_SPECIAL = {"subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe"}
_SPECIAL |= {"auth", "hello", "quit", "reset", "multi", "exec", "discard", "wait", "waitaof"}
_SPECIAL |= {"blpop", "brpop", "blmove", "brpoplpush", "blmpop", "bzpopmin", "bzpopmax", "bzmpop"}
"""Commands that wait, or after which a connection is not as it was."""


class Duel:
    """A person with data of every type, and another one who is after it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.admin = server.admin()
        self.victim = server.person()
        self.attacker = server.person()
        self.theirs = self.victim.key
        victim, key = self.victim.client, self.victim.key
        victim.set(key("text"), "secret")
        victim.rpush(key("list"), "a", "b")
        victim.sadd(key("set"), "a", "b")
        victim.zadd(key("zset"), {"a": 1})
        victim.hset(key("hash"), "a", 1)
        victim.xadd(key("s"), {"json": '"secret"'})
        victim.xgroup_create(key("s"), "g", "0")
        victim.pfadd(key("hll"), "a")
        victim.geoadd(key("geo"), [1, 1, "a"])
        self.attacker.client.set(self.attacker.key("own"), "mine")
        self.attacker.client.sadd(self.attacker.key("ownset"), "m")

    def try_(self, *words: Any) -> Any:
        """The answer that the attacker gets."""
        return self.attacker.client.execute_command(*words)

    def verdict(self, *words: str) -> str:
        """What the server would say if the attacker ran this; nothing is run."""
        user = self.attacker.client.acl_whoami()
        said = self.admin.execute_command("ACL", "DRYRUN", user, *words)
        return said.decode() if isinstance(said, bytes) else str(said)

    def picture(self) -> dict[bytes, bytes]:
        """Everything that is the victim's, byte by byte."""
        admin = self.admin
        keys = sorted(admin.keys(f"{self.theirs('x')[:-1]}*"))
        return {key: admin.dump(key) for key in keys}


@pytest.fixture(scope="module")
def duel(server: Server) -> Duel:
    """One duel for all attacks: the data must be the same after each of them."""
    return Duel(server)


@pytest.fixture(autouse=True)
def unharmed(duel: Duel) -> Iterator[None]:
    """Whatever a test tried, the victim's data is as it was."""
    before = duel.picture()
    yield
    assert duel.picture() == before


ATTACKS = """
GET {text} | SET {text} x | GETDEL {text} | GETEX {text} | APPEND {text} x | STRLEN {text} | MGET {text} | MSET {text} x
INCR {text} | SETRANGE {text} 0 x | GETRANGE {text} 0 1 | LCS {own} {text} | SETNX {text} x | PSETEX {text} 9 x
EXISTS {text} | TYPE {text} | TTL {text} | DEL {text} | UNLINK {text} | TOUCH {text} | EXPIRE {text} 1 | PERSIST {text}
RENAME {text} {own} | RENAME {own} {text} | RENAMENX {own} {text} | COPY {text} {own} | COPY {own} {text} | DUMP {text}
MOVE {text} 1 | OBJECT ENCODING {text} | OBJECT IDLETIME {text} | MEMORY USAGE {text} | OBJECT FREQ {text}
RESTORE {text} 0 x | MIGRATE h 1 {text} 0 1 | SORT {list} | SORT_RO {list} | SORT {own} BY nosort GET {text}
LPUSH {list} x | LRANGE {list} 0 -1 | LPOP {list} | LMOVE {list} {own} LEFT LEFT | RPOPLPUSH {list} {own}
BLPOP {list} 1 | LMPOP 1 {list} LEFT | BLMPOP 1 1 {list} LEFT | LSET {list} 0 x | LTRIM {list} 1 0
SADD {set} x | SMEMBERS {set} | SISMEMBER {set} a | SMOVE {set} {ownset} a | SINTERSTORE {ownset} {set} | SSCAN {set} 0
SUNIONSTORE {set} {ownset} | SDIFF {ownset} {set} | SINTERCARD 2 {ownset} {set} | SPOP {set} | SRANDMEMBER {set}
ZADD {zset} 1 x | ZRANGE {zset} 0 -1 | ZRANGESTORE {own} {zset} 0 -1 | ZUNIONSTORE {own} 1 {zset} | ZMPOP 1 {zset} MIN
ZUNION 1 {zset} | ZPOPMIN {zset} | ZSCAN {zset} 0 | BZPOPMIN {zset} 1 | ZINTERCARD 1 {zset} | ZDIFFSTORE {own} 1 {zset}
HSET {hash} a 2 | HGETALL {hash} | HSCAN {hash} 0 | HRANDFIELD {hash} | HDEL {hash} a | HEXISTS {hash} a
PFADD {hll} x | PFCOUNT {hll} | PFMERGE {own} {hll} | PFMERGE {hll} | PFDEBUG GETREG {hll} | BITOP NOT {own} {text} | BITCOUNT {text}
SETBIT {text} 0 1 | BITFIELD {text} GET u8 0 | GEOADD {geo} 1 1 x | GEOPOS {geo} a | GEOSEARCHSTORE {own} {geo} FROMMEMBER a BYRADIUS 1 m
GEORADIUS {geo} 1 1 1 m | GEORADIUSBYMEMBER {geo} a 1 m STORE {own} | GEODIST {geo} a a
XADD {s} * a b | XRANGE {s} - + | XREVRANGE {s} + - | XLEN {s} | XREAD STREAMS {s} 0 | XREAD BLOCK 1 STREAMS {own} {s} 0 0
XREADGROUP GROUP g c STREAMS {s} > | XACK {s} g 1-1 | XCLAIM {s} g c 0 1-1 | XAUTOCLAIM {s} g c 0 0 | XPENDING {s} g | XDEL {s} 1-1
XTRIM {s} MAXLEN 0 | XINFO STREAM {s} | XINFO GROUPS {s} | XINFO CONSUMERS {s} g | XGROUP CREATE {s} h 0 | XGROUP DESTROY {s} g
XGROUP SETID {s} g 0 | XGROUP DELCONSUMER {s} g c | XSETID {s} 9-9 | WATCH {text}
EVAL return(1) 1 {text} | EVAL_RO return(1) 1 {text} | FCALL f 1 {text} | SUBSTR {text} 0 1
SCAN 0 | KEYS * | RANDOMKEY | DBSIZE | CLUSTERSCAN 0 | SELECT 0 | SELECT 1 | SWAPDB 0 1 | FLUSHDB | FLUSHALL
CLIENT LIST | CLIENT KILL TYPE normal | CLIENT PAUSE 1 | CLIENT UNBLOCK 1 | CLIENT TRACKING ON BCAST | CLIENT INFO | CLIENT NO-EVICT on
PUBSUB CHANNELS | PUBSUB NUMSUB {news} | PUBSUB NUMPAT | PUBSUB SHARDCHANNELS | PUBLISH {news} x | SPUBLISH {news} x | SUBSCRIBE {news}
PUBLISH __keyspace@0__:x y | INFO | CONFIG GET * | CONFIG SET maxmemory 1 | CONFIG REWRITE | CONFIG RESETSTAT | MONITOR
ACL LIST | ACL USERS | ACL GETUSER default | ACL SETUSER x on | ACL LOG | ACL CAT | ACL GENPASS | ACL SAVE | ACL LOAD | ACL DRYRUN default get x
SLOWLOG GET | COMMANDLOG GET 1 slow | LATENCY LATEST | MEMORY STATS | MEMORY DOCTOR | MODULE LIST | LASTSAVE | SAVE | BGSAVE | ROLE
SHUTDOWN NOSAVE | REPLICAOF h 1 | FAILOVER | SYNC | PSYNC x 0 | CLUSTER INFO | READONLY | ASKING | LOLWUT
SCRIPT FLUSH | SCRIPT KILL | SCRIPT LOAD return(1) | SCRIPT EXISTS x | SCRIPT SHOW x | FUNCTION LOAD x | FUNCTION LIST | FUNCTION DUMP | FUNCTION FLUSH | FUNCTION STATS | FUNCTION KILL
"""


@pytest.mark.parametrize(
    "attack",
    [one.strip() for line in ATTACKS.split("\n") for one in line.split("|") if one.strip()],
)
def test_every_family_of_commands(duel: Duel, attack: str) -> None:
    """On another's keys, and where a command touches what belongs to all."""
    names = {
        name: duel.theirs(name)
        for name in ["text", "list", "set", "zset", "hash", "hll", "geo", "s", "news"]
    }
    names |= {name: duel.attacker.key(name) for name in ("own", "ownset")}
    with pytest.raises(NoPermissionError):
        duel.try_(*(word.format(**names) for word in attack.split()))


@pytest.mark.parametrize("attack", ["DEBUG SLEEP 0", "DEBUG JMAP", "MODULE LOAD x"])
def test_what_the_server_protects_by_itself(duel: Duel, attack: str) -> None:
    """Refused before rights are looked at, unless its configuration opens them; then by rights."""
    with pytest.raises(ResponseError, match=r"not allowed|[Nn]o permissions"):
        duel.try_(*attack.split())


def test_no_command_of_this_server_reaches_anothers_key(duel: Duel) -> None:
    """Each command is asked of the server itself with the victim's key in every place where it takes keys."""
    admin = duel.admin
    asked = [
        words for name in _commands(admin) for words in _with_key(admin, name, duel.theirs("text"))
    ]
    assert len(asked) > 800
    open_ = [words for words in asked if duel.verdict(*words) == "OK"]
    assert [words for words in open_ if words[0] != "sunsubscribe"] == []  # leaving is no harm


def test_random_commands(duel: Duel) -> None:
    """Words thrown together from keys, numbers and options find no gap between parser and rights."""
    admin = duel.admin
    tried = [
        name
        for name in _commands(admin)
        if name not in _SPECIAL and "to run the" not in duel.verdict(*_words(admin, name))
    ]
    assert len(tried) > 150
    theirs = [duel.theirs(name) for name in ("text", "list", "set", "zset", "hash", "hll", "s")]
    own = [duel.attacker.key(name) for name in ("own", "ownset", "ownlist")]
    words = ["0", "1", "-1", "*", "+", "-", "$", ">", "a", "g", "c", "1-1", "STREAMS", "STORE"]
    words += ["BY", "GET", "COUNT", "GROUP", "LIMIT", "DB", "AGGREGATE", "WEIGHTS", "KEYS"]
    chance = random.Random(20261120)
    before = duel.picture()
    connection = duel.attacker.client.connection_pool.get_connection()
    for turn in range(4000):
        name = chance.choice(tried)
        pools = chance.choices([theirs, own, words], [2, 1, 2], k=chance.randint(1, 6))
        with suppress(ResponseError):
            connection.send_command(*name.split("|"), *(chance.choice(pool) for pool in pools))
            connection.read_response()
        if turn % 100 == 0:
            assert duel.picture() == before, f"changed at turn {turn} or shortly before"
    duel.attacker.client.connection_pool.release(connection)


def _commands(admin: Any) -> list[str]:
    """Every command of the server that can be run; one that has sub-commands is these alone."""
    names = {word.decode() for word in admin.execute_command("COMMAND LIST")}
    return sorted(names - {name.partition("|")[0] for name in names if "|" in name})


def _words(admin: Any, name: str) -> list[str]:
    """The command with as many arguments as it must have."""
    (found,) = admin.execute_command("COMMAND INFO", name)
    words = name.split("|")
    return words + ["1"] * max(0, abs(found[1]) - len(words))


def _with_key(admin: Any, name: str, key: str) -> Iterator[list[str]]:
    """The command with a key in each place that the server's own description has for one."""
    (found,) = admin.execute_command("COMMAND INFO", name)
    arity, specs = found[1], [_plain(one) for one in found[8]]
    for spec in specs:
        begin, find = spec["begin_search"], spec["find_keys"]
        if begin["type"] != "index":
            continue
        at = begin["spec"]["index"]
        words = name.split("|")
        words += ["1"] * (at + 12 - len(words))
        if find["type"] == "keynum":
            at += find["spec"]["firstkey"]
        words[at] = key
        least = max(at + 1, abs(arity))
        for length in [least] if arity > 0 else range(least, least + 6):
            yield words[:length]


def _plain(value: Any) -> Any:
    """A reply's flat lists of names and values as dicts."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, list):
        items = [_plain(item) for item in value]
        if len(items) % 2 == 0 and items and all(isinstance(item, str) for item in items[::2]):
            return dict(zip(items[::2], items[1::2], strict=True))
        return items
    return value


def test_what_exists_is_not_told_by_the_refusal(duel: Duel) -> None:
    """The same words for a key that is there and one that is not."""
    answers = set()
    for name in ("text", "nothing"):
        with pytest.raises(NoPermissionError) as caught:
            duel.try_("EXISTS", duel.theirs(name))
        answers.add(str(caught.value))
    assert len(answers) == 1


@pytest.mark.parametrize(
    "pattern",
    ["*", "pgc:p:*", "{news}", "{all}", "__key*__:*", "pgc:p:????????????????????????????????:*"],
)
def test_patterns_of_channels(duel: Duel, pattern: str) -> None:
    """Neither another's channel nor a pattern that would hold it, nor news of changed keys."""
    pattern = pattern.format(news=duel.theirs("news"), all=duel.theirs("*"))
    listener = duel.attacker.client.pubsub()
    listener.psubscribe(pattern)
    with pytest.raises(NoPermissionError):
        listener.parse_response()
    listener.close()


def test_own_channels_work_and_carry_nothing_else(duel: Duel) -> None:
    """What is published on one's own channels arrives; another's publishing does not."""
    listener = duel.attacker.client.pubsub()
    listener.psubscribe(duel.attacker.key("*"))
    assert listener.get_message(timeout=2)["type"] == "psubscribe"
    duel.victim.client.publish(duel.theirs("news"), "secret")
    with pytest.raises(NoPermissionError):
        duel.victim.client.publish(duel.attacker.key("news"), "noise")
    duel.attacker.client.publish(duel.attacker.key("news"), "own")
    message = listener.get_message(timeout=2)
    assert message["data"] == b"own" and listener.get_message(timeout=0.2) is None
    listener.close()


LUA = [
    "return redis.call('GET', ARGV[1])",
    "return redis.call('SET', ARGV[1], 'x')",
    "return redis.call('XRANGE', ARGV[2], '-', '+')",
    "return redis.call('PUBLISH', ARGV[1], 'x')",
    "return redis.call('KEYS', '*')",
    "return redis.call('SCAN', 0)",
    "return redis.call('RANDOMKEY')",
    "return redis.call('DBSIZE')",
    "return redis.call('SELECT', 1)",
    "return redis.call('CONFIG', 'GET', '*')",
    "return redis.call('ACL', 'LIST')",
    "return redis.call('FLUSHALL')",
    "redis.setresp(3) return redis.call('GET', ARGV[1])",
    "return redis.call('EVAL', 'return 1', 0)",
    "string.rep = nil",
    "redis.call = nil",
    "getmetatable('').__index = function() return 'x' end",
    "_G.stolen = 1",
    "return os.execute('true')",
    "return io.open('/etc/passwd'):read('*a')",
    "return require('os')",
    "return dofile('/etc/passwd')",
    "return loadfile('/etc/passwd')()",
    "return package.loadlib('x', 'y')",
    "return debug.getregistry()",
]


@pytest.mark.parametrize("script", LUA)
def test_scripts_run_with_the_callers_rights(duel: Duel, script: str) -> None:
    """Inside a script the same keys, channels and commands are closed, declared or not; so is the machine."""
    with pytest.raises(ResponseError):
        duel.try_("EVAL", script, 0, duel.theirs("text"), duel.theirs("s"))
    with pytest.raises(ResponseError):
        duel.try_("EVAL", script, 1, duel.theirs("text"), duel.theirs("text"), duel.theirs("s"))


def test_a_refusal_that_a_script_catches_stays_one(duel: Duel) -> None:
    """`pcall` gets the error, not the value."""
    script = "local answer = redis.pcall('GET', ARGV[1]) return answer['err'] or answer"
    assert b"No permissions" in duel.try_("EVAL", script, 0, duel.theirs("text"))


def test_scripts_of_one_person_do_not_help_another(duel: Duel) -> None:
    """A script that the server remembers runs with the rights of whoever calls it."""
    script = "return redis.call('GET', KEYS[1])"
    own = duel.victim.client.execute_command("EVAL", script, 1, duel.theirs("text"))
    assert own == b"secret"
    sha = duel.server.admin().script_load(script)
    with pytest.raises(NoPermissionError):
        duel.try_("EVALSHA", sha, 1, duel.theirs("text"))


def test_transactions_are_no_way_around(duel: Duel) -> None:
    """A refused command makes the whole transaction void."""
    with duel.attacker.client.pipeline(transaction=True) as together:
        together.set(duel.attacker.key("void"), "changed")
        together.get(duel.theirs("text"))
        with pytest.raises((ExecAbortError, NoPermissionError)):
            together.execute()
    assert duel.attacker.client.get(duel.attacker.key("void")) is None


def test_becoming_someone_else(duel: Duel) -> None:
    """No other login without its password, by any door."""
    victim = duel.victim.client.acl_whoami()
    me = duel.attacker.client.acl_whoami()
    with duel.server.person(UUID(me.removeprefix("p_"))).client.client() as connection:
        for words in (
            ("AUTH", victim, "guess"),
            ("AUTH", victim, ""),
            ("HELLO", "3", "AUTH", victim, "guess"),
        ):
            with pytest.raises(RedisError):
                connection.execute_command(*words)
        assert connection.acl_whoami() == me
        connection.execute_command("RESET")
        with pytest.raises(RedisError):
            connection.execute_command("GET", duel.theirs("text"))


def test_news_of_changed_keys(duel: Duel) -> None:
    """Not even an administrator's switch for key events lets one person hear of another's keys."""
    admin = duel.admin
    admin.config_set("notify-keyspace-events", "KEA")
    try:
        listener = duel.attacker.client.pubsub()
        listener.psubscribe(duel.attacker.key("*"))
        listener.get_message(timeout=2)
        duel.victim.client.set(duel.theirs("temporary"), 1)
        duel.victim.client.delete(duel.theirs("temporary"))
        time.sleep(0.1)
        assert listener.get_message(timeout=0.1) is None
        listener.close()
    finally:
        admin.config_set("notify-keyspace-events", "")


def test_our_own_wrapper_with_a_foreign_prefix(duel: Duel) -> None:
    """The prefix is only where to look: each verb is refused by the server."""
    theirs = Redis(duel.attacker._link._url, prefix=duel.theirs("x")[:-1])
    for act in (
        lambda: theirs.cache.get("x"),
        lambda: theirs.cache.set("x", 1, ttl=9),
        theirs.cache.clear,
        lambda: theirs.cache.delete("x"),
        lambda: theirs.cache.remember("x", 9, lambda: 1),
        lambda: theirs.stream("s").read(),
        lambda: theirs.stream("s").add(1),
        lambda: theirs.stream("s").add_many([1], on_disk=True),
        lambda: theirs.stream("s").add(1, once="x"),
        lambda: theirs.stream("s").stats(),
        lambda: theirs.stream("s").trim(keep=0),
        lambda: theirs.stream("s").delete(),
        lambda: theirs.stream("s").consume("g", "c", print, drain=True),
        lambda: theirs.limit("x", 1).take(),
        lambda: theirs.lock("x").acquire(),
    ):
        with pytest.raises(Denied) as caught:
            act()
        assert isinstance(caught.value, PgcError) and caught.value.next_step
