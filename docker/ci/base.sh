#!/bin/bash
# Makes the image `pgc-ci-base` from Debian packages; where those cannot be unpacked, it is python:3.12-slim-bookworm.
# The machine's own certificates come along, so that a build can reach what the machine reaches; hence it is never
# pushed anywhere.
set -euo pipefail

if [[ $(id -u) != 0 ]] || ! command -v debootstrap >/dev/null; then
    docker pull --quiet python:3.12-slim-bookworm >/dev/null
    docker tag python:3.12-slim-bookworm "${1:-pgc-ci-base}"
    exit
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,tini bookworm "$folder" >"$folder.log" 2>&1 \
    || { tail -n 20 "$folder.log" >&2; exit 1; }
rm -f "$folder.log"
find /usr/local/share/ca-certificates -name '*.crt' -exec cp {} "$folder/usr/local/share/ca-certificates/" \;
chroot "$folder" update-ca-certificates >/dev/null 2>&1
rm -rf "$folder"/var/cache/apt/archives/*.deb "$folder"/var/lib/apt/lists/* "$folder"/usr/share/{doc,man,locale}/*
tar -C "$folder" -c . | docker import --change 'CMD ["bash"]' - "${1:-pgc-ci-base}" >/dev/null
