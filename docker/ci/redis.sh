#!/bin/sh
# Starts Valkey as the official image starts its server: in /data, as its own user.
set -eu

cd /data
if [ "$(id -u)" = 0 ]; then
    find . \! -user redis -exec chown redis '{}' +
    exec setpriv --reuid=redis --regid=redis --clear-groups "$0" "$@"
fi
exec "$@"
