#!/bin/sh
# Gives the services their logins before the server listens, and nobody else one: the hub makes those of persons.
# A person's login stays in the file; the services' follow the secrets, so a new one counts at the next start.
set -eu

file=/data/users.acl
hash_of() {
    printf %s "$(sed -E 's#^[a-z]+://[^:]+:([^@]+)@.*#\1#' "/run/secrets/$1")" | sha256sum | cut -d ' ' -f 1
}
{
    echo 'user default off resetpass sanitize-payload resetchannels -@all'
    echo "user pgc_admin on sanitize-payload #$(hash_of redis_url) ~* &* +@all"
    # The gateway counts calls under its own prefix, and can do nothing else.
    echo "user pgc_gateway on sanitize-payload #$(hash_of gateway_redis_url) resetchannels ~pgc:gateway:*" \
        '-@all +@connection -client +client|setinfo +client|setname +eval +evalsha +get +set +time'
    [ ! -f "$file" ] || grep -v -E '^user (default|pgc_admin|pgc_gateway) ' "$file" || true
} > "$file.new"
chmod 600 "$file.new"
if [ "$(id -u)" = 0 ]; then
    chown redis "$file.new"
fi
mv "$file.new" "$file"
exec docker-entrypoint.sh "$@"
