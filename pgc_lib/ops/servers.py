"""Checks of what keeps and serves the data: engines, database, extensions, migrations, Redis, JupyterLab."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from importlib import metadata
from importlib.util import find_spec
from typing import Any

from pgc_lib.errors import PgcError
from pgc_lib.i18n import _, lang, n_
from pgc_lib.notebook import serving
from pgc_lib.notebook.jupyter import Place
from pgc_lib.ops.finding import Case, Finding
from pgc_lib.stores import embedded
from pgc_lib.stores.engines.programs import installed

_PATIENCE = 5
_OLDEST = 160000
_LATE = timedelta(minutes=5)
_SKEW_NOTED, _SKEW_BAD = 2.0, 60.0
_TITLES = {"postgres": "PostgreSQL", "valkey": "Valkey"}


def engines(case: Case) -> Iterator[Finding]:
    """Their programs are here; what runs lets us in."""
    if case.is_served:
        return
    try:
        programs = installed()
        versions = {"postgres": programs.postgres_version, "valkey": programs.valkey_version}
        found = {status.name: status for status in embedded.status(case.data)}
    except PgcError as error:
        yield Finding("engines", "failure", error.message, error.next_step)
        return
    for name, engine in found.items():
        title = _TITLES[name]
        if engine.state == "broken":
            yield Finding(
                name,
                "failure",
                _(
                    "{engine} runs as process {pid} and lets nobody in.",
                    engine=title,
                    pid=engine.pid,
                ),
                _("Run `pgc stop` and start again."),
            )
        elif engine.state == "stopped":
            message = _("{version} is installed and stopped", version=versions[name])
            yield Finding(name, "ok", message)
        elif engine.version != versions[name]:
            yield Finding(
                name,
                "warning",
                _(
                    "{running} runs, {installed} is installed.",
                    running=engine.version,
                    installed=versions[name],
                ),
                _("Run `pgc stop` and start again."),
            )
        else:
            message = _("{version} runs on port {port}", version=engine.version, port=engine.port)
            yield Finding(name, "ok", message)


def database(case: Case) -> Iterator[Finding]:
    """It can be entered, has its extensions, is at the migration of this code, and agrees about the time."""
    if not case.database_url:
        yield _not_checked(case)
        return
    import psycopg

    try:
        with psycopg.connect(
            case.database_url, connect_timeout=_PATIENCE, autocommit=True
        ) as connection:
            yield from _version(case, connection)
            yield _extensions(connection)
            yield _migration(connection)
            yield _skew(connection)
            if not case.is_served:  # a person's login cannot see how far the relay is
                yield from _events(case, connection)
    except psycopg.Error as error:
        reason = " ".join(str(error).split())
        yield Finding(
            "database",
            "failure",
            _("PostgreSQL cannot be asked: {reason}", reason=reason),
            _("Check PGC_DATABASE_URL and that server.")
            if case.is_served
            else _("Run `pgc stop` and start again."),
        )


def _not_checked(case: Case) -> Finding:
    if not case.is_made:
        message = _("there is no lab in {path} yet; `pgc lab` makes one", path=case.data)
        return Finding("database", "ok", message)
    return Finding(
        "database",
        "warning",
        _("PostgreSQL does not run, so extensions, migrations and Redis were not checked."),
        _("Start the lab (`pgc lab`), then run `pgc doctor` again."),
    )


def _version(case: Case, connection: Any) -> Iterator[Finding]:
    version = connection.info.server_version
    if version < _OLDEST:
        yield Finding(
            "database",
            "failure",
            _("PostgreSQL {version} is too old.", version=version // 10000),
            _("PGC needs PostgreSQL 16 or newer."),
        )
    elif case.is_served:
        yield Finding("database", "ok", f"PostgreSQL {version // 10000}.{version % 10000}")


def _extensions(connection: Any) -> Finding:
    from pgc_lib.stores.bootstrap import EXTENSIONS, LEAST_TIMESCALE

    rows = connection.execute("select extname, extversion from pg_extension").fetchall()
    there = {name: version for name, version in rows if name in EXTENSIONS}
    missing = [name for name in EXTENSIONS if name not in there]
    if missing:
        needed = ", ".join(sorted({EXTENSIONS[name] for name in missing}))
        return Finding(
            "extensions",
            "failure",
            _("The database lacks {names}.", names=", ".join(missing)),
            _(
                "Start the lab, which makes them; a server of your own needs {needed}.",
                needed=needed,
            ),
        )
    listed = ", ".join(f"{name} {there[name]}" for name in EXTENSIONS)
    timescale = dict(rows).get("timescaledb")
    if timescale is None:
        return Finding("extensions", "ok", listed)
    kept = connection.execute("select relkind from pg_class where oid = to_regclass('skills.practice')").fetchone()  # fmt: skip
    if kept and kept[0] == "r":
        message = _("{listed}; time series are hypertables of TimescaleDB {version}", listed=listed, version=timescale)  # fmt: skip
    else:
        message = _(
            "{listed}; time series are partitions by month: TimescaleDB {version} is for labs made on it, from {least} on",
            listed=listed, version=timescale, least=".".join(map(str, LEAST_TIMESCALE)),
        )  # fmt: skip
    return Finding("extensions", "ok", message)


def _migration(connection: Any) -> Finding:
    from pgc_lib.stores.migrations import current, head

    at = current(connection)
    if at == head():
        return Finding("migrations", "ok", _("at {head}, the newest", head=at))
    if at is not None and at > head():
        return Finding(
            "migrations",
            "failure",
            _("The database is at {at}; this PGC knows {head}.", at=at, head=head()),
            _("Update PGC."),
        )
    return Finding(
        "migrations",
        "warning",
        _("The database is at {at}; this PGC brings {head}.", at=at or "—", head=head()),
        _("Start the lab, which backs up and migrates."),
    )


def _skew(connection: Any) -> Finding:
    began = time.time()
    (there,) = connection.execute("select clock_timestamp()").fetchone()
    here = datetime.fromtimestamp((began + time.time()) / 2, UTC)
    skew = abs((there - here).total_seconds())
    message = _("PostgreSQL's clock and this machine's differ by {n} s", n=f"{skew:.3f}")
    advice = _("Set both clocks by a time service.")
    if skew > _SKEW_BAD:
        return Finding("database clock", "failure", message, advice)
    if skew > _SKEW_NOTED:
        return Finding("database clock", "warning", message, advice)
    return Finding("database clock", "ok", message)


def _events(case: Case, connection: Any) -> Iterator[Finding]:
    from pgc_lib.core.relay import lag

    row = connection.execute("select to_regclass('pgc.outbox') is not null").fetchone()
    if not row[0]:
        return  # the finding about migrations says that there is no lab in this database yet
    behind = lag(connection)
    message = n_("{n} change waits", "{n} changes wait", behind.waiting)
    late = behind.since is not None and datetime.now(UTC) - behind.since > _LATE
    if late and _lab(case):
        advice = _("Stop and start the lab; the log is {log}.", log=Place(case.data).logs)
        yield Finding("events", "warning", message, advice)
    else:
        yield Finding("events", "ok", message)


def _lab(case: Case) -> serving.Running | None:
    return serving.running(Place(case.data))


def redis(case: Case) -> Iterator[Finding]:
    """It answers and its writes reach the disk."""
    if not case.redis_url:
        if case.is_served:
            yield Finding(
                "redis",
                "warning",
                _("No Redis is configured: there are no events, limits and locks."),
                _("Set PGC_REDIS_URL."),
            )
        return
    from redis import Redis, RedisError
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    client = Redis.from_url(
        case.redis_url,
        socket_connect_timeout=_PATIENCE,
        socket_timeout=_PATIENCE,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        with client:
            client.ping()
            facts: Any = {} if case.is_served else client.info("persistence")
    except RedisError as error:
        yield Finding(
            "redis",
            "failure",
            _("Redis cannot be asked: {reason}", reason=error),
            _("Check PGC_REDIS_URL and that server.")
            if case.is_served
            else _("Run `pgc stop` and start again."),
        )
        return
    if facts.get("aof_last_write_status", "ok") != "ok":
        yield Finding(
            "redis",
            "failure",
            _("Redis cannot write to its disk."),
            _("Free some space, or move the folder to a larger disk."),
        )
        return
    yield Finding("redis", "ok", _("answers"))


def documents(case: Case) -> Iterator[Finding]:
    """MongoDB answers, where documents are kept in one."""
    url = case.settings.mongo_url
    if not url:
        return
    from pymongo import MongoClient
    from pymongo.errors import PyMongoError

    milliseconds = _PATIENCE * 1000
    try:
        client: Any = MongoClient(url.reveal(), serverSelectionTimeoutMS=milliseconds)
        with client:
            client.admin.command("ping")
    except PyMongoError as error:
        yield Finding(
            "mongodb",
            "failure",
            _("MongoDB cannot be asked: {reason}", reason=str(error)[:200]),
            _("Check PGC_MONGO_URL and that server."),
        )
        return
    yield Finding("mongodb", "ok", _("answers"))


def jupyter(case: Case) -> Iterator[Finding]:
    """JupyterLab is here with a kernel and, for Chinese, its language."""
    parts = {"jupyterlab": "jupyterlab", "ipykernel": "ipykernel"}
    if lang() == "zh-CN":
        parts["jupyterlab_language_pack_zh_CN"] = "jupyterlab-language-pack-zh-CN"
    missing = [package for module, package in parts.items() if find_spec(module) is None]
    if missing:
        yield Finding(
            "jupyterlab",
            "failure",
            _("Missing: {names}.", names=", ".join(missing)),
            _("Remove .venv and run ./pgc again; your data is elsewhere and stays."),
        )
        return
    version, running = metadata.version("jupyterlab"), _lab(case)
    yield Finding(
        "jupyterlab",
        "ok",
        _("{version} runs on port {port}", version=version, port=running.port)
        if running
        else _("{version} is installed and stopped", version=version),
    )
