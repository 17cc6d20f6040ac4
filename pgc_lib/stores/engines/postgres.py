"""PostgreSQL of one data folder: served on a port of this machine only, entered with a password."""

import signal
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pgc_lib.i18n import _
from pgc_lib.stores.engines import process
from pgc_lib.stores.engines.cluster import ADMIN, PID, PORT, Cluster, note_in
from pgc_lib.stores.engines.engine import Answer, Engine, Say, Site
from pgc_lib.stores.engines.ports import HOST
from pgc_lib.stores.engines.programs import Programs
from pgc_lib.stores.engines.trouble import FULL_DISK, explained

DATABASE = "pgc"

_BUSY = ("starting up", "shutting down", "not yet accepting", "in recovery")
_FULL_HOUSE = ("too many clients", "remaining connection slots")

# In the command line, so that no edit of a file and no ALTER SYSTEM can undo them.
_FIXED = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "logging_collector": "on",
    "log_directory": "../logs",
    "log_filename": "postgres-%a.log",
    "log_rotation_age": "1d",
    "log_rotation_size": "0",
    "log_truncate_on_rotation": "on",
    # A log must not repeat what people write: neither their statements nor the values in a DETAIL.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class Postgres(Engine):
    """The PostgreSQL server of a lab."""

    name = "postgres"
    title = "PostgreSQL"
    stop_signal = signal.SIGINT
    kept_as = "postgres_admin"

    def url(self, port: int, database: str = DATABASE) -> str:
        """How the administrator connects."""
        return f"postgresql://{ADMIN}:{quote(self.password, safe='')}@{HOST}:{port}/{database}"

    def noted_pid(self) -> int | None:
        return note_in(self.folder, PID)

    def noted_port(self) -> int | None:
        return note_in(self.folder, PORT)

    def prepare(self, site: Site, say: Say) -> None:
        cluster = Cluster(self.lab, self.folder, site)
        with explained(self.lab.root):
            cluster.clear_leftovers()
            # Children of a server that was killed end by themselves, unless they are busy.
            process.end_all(self.marks, signal.SIGQUIT, timeout=5)
            if not cluster.exists():
                say(_("Making the database…"))
                cluster.make(self.password)
                return
            cluster.check()
            cluster.free_pid_file()

    def set_password(self, site: Site) -> None:
        Cluster(self.lab, self.folder, site).set_password(self.password)

    def command(self, port: int, site: Site) -> list[str | Path]:
        settings = _FIXED | {"port": str(port), "cluster_name": "-".join(("pgc", *self.marks))}
        options = [f"--{name}={value}" for name, value in settings.items()]
        return [site.programs.postgres(), "-D", self.folder, *options]

    def login(self, port: int) -> Answer:
        import psycopg

        try:
            with self._connect(port) as connection:
                row = connection.execute("select current_setting('data_directory')").fetchone()
        except psycopg.OperationalError as error:
            return _meaning(str(error))
        theirs = Path(row[0]) if row else self.folder
        # It tells the path of its start; that path is gone when the folder was moved since.
        same = not theirs.exists() or self.folder.samefile(theirs)
        return Answer.READY if same else Answer.STRANGER

    def finish(self, port: int) -> Answer:
        import psycopg

        try:
            with self._connect(port, ADMIN) as connection:
                connection.execute(f"create database {DATABASE}")
        except psycopg.OperationalError as error:
            return _meaning(str(error))
        return Answer.BUSY  # to be asked again

    def running_version(self, port: int) -> str:
        with self._connect(port) as connection:
            row = connection.execute("select current_setting('server_version')").fetchone()
        return str(row[0]) if row else ""

    def installed_version(self, programs: Programs) -> str:
        return programs.postgres_version

    def clients(self, port: int) -> tuple[int, int]:
        with self._connect(port, ADMIN) as connection:
            row = connection.execute(
                "select (select count(*) from pg_stat_activity where backend_type ="
                " 'client backend' and pid <> pg_backend_pid()), sessions"
                " from pg_stat_database where datname = %s",
                (DATABASE,),
            ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def _connect(self, port: int, database: str = DATABASE) -> Any:
        """A login that ignores what `PG*` variables of the person's shell may say."""
        import psycopg

        return psycopg.connect(
            host=HOST,
            hostaddr=HOST,
            port=port,
            user=ADMIN,
            password=self.password,
            dbname=database,
            connect_timeout=3,
            require_auth="scram-sha-256",  # it proves that the server knows the password, too
            sslmode="disable",
            gssencmode="disable",
            options="",
            application_name="pgc",
            autocommit=True,
        )


def _meaning(message: str) -> Answer:
    if f'database "{DATABASE}" does not exist' in message:
        return Answer.UNFINISHED
    if any(text in message for text in _FULL_HOUSE):
        return Answer.READY  # its process bears our mark; it has only no seat left for us
    if any(text in message for text in FULL_DISK):
        return Answer.FULL
    if any(text in message for text in _BUSY):
        return Answer.BUSY
    if "refused" in message:
        return Answer.REFUSED
    if "timeout" in message or "server closed the connection" in message:
        return Answer.SILENT
    return Answer.STRANGER
