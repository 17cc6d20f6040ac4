#!/bin/bash
# docker/ci/hub.sh up|down: a hub for tests on what this machine can make by itself, no registry asked for an image.
# Each step says how long it took. `down` leaves the images, so the next `up` takes seconds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. docker/ci/environment.sh

step() {
    local began=$SECONDS label=$1
    shift
    "$@" || { echo "✗ $label" >&2; return 1; }
    printf '  %-28s %4d s\n' "$label" $((SECONDS - began)) >&2
}
quietly() {
    local log
    log=$(mktemp)
    "$@" >"$log" 2>&1 || { tail -n 40 "$log" >&2; rm -f "$log"; return 1; }
    rm -f "$log"
}
has() { docker image inspect "$1" >/dev/null 2>&1; }

case ${1:-} in
    up)
        mkdir -p -m 700 "$PGC_CI_HUB"
        has pgc-ci-base || step 'base image' docker/ci/base.sh pgc-ci-base
        quietly ${PGC:-./pgc} hub init
        printf 'not-a-real-key' >"$PGC_SECRETS/model_key"
        step 'services and person images' quietly docker compose --profile build build prepare person proxy
        step 'stand-ins for engines' quietly docker compose --profile build build postgres-base mongo redis
        step 'postgres image' quietly docker compose build postgres
        step 'start' ${PGC:-./pgc} hub up
        ;;
    down)
        step 'stop' ${PGC:-./pgc} hub down --volumes --yes
        rm -rf "$PGC_CI_HUB"
        ;;
    *)
        echo 'docker/ci/hub.sh up|down' >&2
        exit 2
        ;;
esac
