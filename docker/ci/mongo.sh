#!/bin/bash
# Starts SecantusDB as the official image starts mongod: the first user is made once, on a port nobody else sees.
set -eu

serve() {
    exec python -m secantus --storage-path /data/db/files --sync-on-commit --log-level WARNING "$@"
}

if [[ $(id -u) = 0 ]]; then
    chown -R mongodb /data/db
    export HOME=/data/db
    exec setpriv --reuid=mongodb --regid=mongodb --clear-groups "$0" "$@"
fi
cd /tmp
if [[ ! -e /data/db/made ]]; then
    rm -rf /data/db/files
    serve --host 127.0.0.1 --port 27016 &
    first=$!
    python - <<'MAKE'
import os
import pymongo

client = pymongo.MongoClient("127.0.0.1", 27016, serverSelectionTimeoutMS=30000)
name, password = os.environ["MONGO_INITDB_ROOT_USERNAME"], os.environ["MONGO_INITDB_ROOT_PASSWORD"]
client.admin.command("createUser", name, pwd=password, roles=["root"])
MAKE
    kill "$first"
    wait "$first" || true
    touch /data/db/made
fi
unset MONGO_INITDB_ROOT_PASSWORD
serve --standalone --host 0.0.0.0 --port 27017 --auth
