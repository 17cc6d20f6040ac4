"""What one person tries in order to read another: each in the hands of that person's own kernel or browser.

The code below runs in the second person's notebook with nothing but what their server was given, as their own
mischief would. Each leaves in `found` what it got; the walk expects nothing.
"""

SETUP = """
import json, os, urllib.error, urllib.request
from urllib.parse import quote, urlsplit, urlunsplit
import psycopg, redis, pymongo
import pgc_lib as pgc

other = json.loads({other!r})
lab = pgc.open()
session = lab.session
database = session.database.reveal()

def as_other(url):
    parts = urlsplit(url)
    netloc = f"{{other['role']}}:{{quote(parts.password or '', safe='')}}@{{parts.netloc.rpartition('@')[2]}}"
    return urlunsplit(parts._replace(netloc=netloc))

def tried(action):
    try:
        return [True, str(action())[:200]]
    except Exception as error:
        return [False, f"{{type(error).__name__}}: {{error}}"[:200]]

def web(url, token="", method="GET"):
    headers = {{"Authorization": f"token {{token}}"}} if token else {{}}
    request = urllib.request.Request(url, headers=headers, method=method)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({{}}))
    try:
        with opener.open(request, timeout=20) as answer:
            return [answer.status, answer.url, answer.read(300).decode(errors="replace")]
    except urllib.error.HTTPError as error:
        return [error.code, url, ""]

found = "ready"
"""

WHO = """
import os, socket, pgc_lib as pgc
from urllib.parse import urlsplit
lab = pgc.open()
port = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port
host = socket.gethostbyname(socket.gethostname()) if os.path.isdir("/run/pgc") else "127.0.0.1"
found = {
    "person": lab.person.hex,
    "role": f"p_{lab.person.hex}",
    "name": os.environ["JUPYTERHUB_USER"],
    "server": f"http://{host}:{port}",
}
"""

# A secret in a variable shows in `docker inspect` and in every child; files that only the person reads do not.
SECRETS_IN_ENVIRONMENT = """
import os
from pathlib import Path
from urllib.parse import urlsplit
secrets = []
for name, value in os.environ.items():
    if name.startswith("PGC_") and name.endswith("_FILE"):
        content = Path(value).read_text()
        secrets += [content, urlsplit(content).password or content]
found = {
    "files": len(secrets) // 2,
    "shown": [name for name, value in os.environ.items() if any(one and one in value for one in secrets)],
    "readable": [oct(Path(os.environ[name]).stat().st_mode & 0o077) for name in os.environ
                 if name.startswith("PGC_") and name.endswith("_FILE")],
}
"""

SQL = """
def rows():
    with psycopg.connect(database) as connection:
        return connection.execute(
            "select count(*) from todos.items where title like %s or owner = %s::uuid",
            ("%" + other["secret"] + "%", other["person"]),
        ).fetchone()[0]

def become():
    with psycopg.connect(database) as connection:
        connection.execute(f'set role "{other["role"]}"')
        return "became the other"

def enter():
    psycopg.connect(as_other(database), connect_timeout=10).close()
    return "logged in as the other"

found = {"rows": rows(), "become": tried(become), "enter": tried(enter)}
"""

REDIS = """
own = redis.Redis.from_url(session.redis_url.reveal())
assert own.ping()
key = f"pgc:p:{other['person']}:anything"

def enter():
    return redis.Redis.from_url(as_other(session.redis_url.reveal())).ping()

found = {
    "read": tried(lambda: own.get(key)),
    "write": tried(lambda: own.set(key, "x")),
    "list": tried(lambda: own.keys("pgc:p:*")),
    "rules": tried(lambda: own.acl_list()),
    "enter": tried(enter),
}
"""

MONGO = """
url = session.mongo_url.reveal()
def read(address):
    client = pymongo.MongoClient(address, serverSelectionTimeoutMS=8000, uuidRepresentation="standard")
    return client[other["role"]]["reports.runs"].find_one()

parts = urlsplit(url) if url else None
if url:
    mine = pymongo.MongoClient(url, serverSelectionTimeoutMS=8000)[parts.path.strip("/")]
    mine["smoke"].insert_one({"one": 1})
found = {
    "read": tried(lambda: read(url)),
    "enter": tried(lambda: read(urlunsplit(parts._replace(netloc=urlsplit(as_other(url)).netloc,
                                                          path="/" + other["role"])))),
    "write": tried(lambda: pymongo.MongoClient(url, serverSelectionTimeoutMS=8000)[other["role"]]["smoke"].insert_one({})),
} if url else {}
"""

API = """
api, token = os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"]
name = other["name"]
found = {
    "own": web(f"{api}/user", token),
    "user": web(f"{api}/users/{name}", token),
    "tokens": web(f"{api}/users/{name}/tokens", token),
    "start": web(f"{api}/users/{name}/server", token, "POST"),
    "stop": web(f"{api}/users/{name}/server", token, "DELETE"),
    "everyone": web(f"{api}/users", token),
    "routes": web(f"{api}/proxy", token),
    "own logins without a token": web(f"{api}/pgc/credentials"),
}
"""

NETWORK = """
base = f"{other['server']}/user/{other['name']}/"
token = os.environ["JUPYTERHUB_API_TOKEN"]
own = f"http://127.0.0.1:{urlsplit(os.environ['JUPYTERHUB_SERVICE_URL']).port}"
found = {
    "own": web(f"{own}/user/{os.environ['JUPYTERHUB_USER']}/api/contents", token),
    "files": web(base + "api/contents"),
    "files, own token": web(base + "api/contents", token),
    "kernels, own token": web(base + "api/kernels", token, "POST"),
    "reports, own token": web(base + "pgc/api/runs", token),
}
"""
