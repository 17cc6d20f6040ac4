#!/opt/pgc/bin/python
"""Stands in for the published image's `redis-cli ping`."""

import sys

import redis

try:
    sys.stdout.write("PONG\n" if redis.Redis(socket_timeout=3).ping() else "")
except redis.AuthenticationError as error:
    sys.stdout.write(f"NOAUTH {error}\n")
