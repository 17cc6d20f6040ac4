#!/bin/sh
# Who may come in at all: logins with a password. Without one nobody, not even on the socket.
set -eu

cat > "$PGDATA/pg_hba.conf" <<'RULES'
local all all scram-sha-256
host  all all all scram-sha-256
RULES
