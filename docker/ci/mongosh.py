#!/opt/pgc/bin/python
"""Stands in for the published image's `mongosh --eval 'db.runCommand({ping: 1}).ok'`."""

import sys

import pymongo

host = sys.argv[sys.argv.index("--host") + 1]
client = pymongo.MongoClient(host, 27017, serverSelectionTimeoutMS=3000)
sys.stdout.write(f"{int(client.admin.command('ping')['ok'])}\n")
