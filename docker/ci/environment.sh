# Sourced by what works on the test's hub: its name, port, folders and images are its own, so a hub that runs on the same
# machine is left alone. PGC_CI_HUB is where its secrets and its .env lie.
: "${PGC_CI_HUB:=${TMPDIR:-/tmp}/pgc-ci-hub}"
export PGC_CI_HUB
export COMPOSE_FILE=docker-compose.yml:docker/ci/override.yml${PGC_CI_OVERRIDE:+:$PGC_CI_OVERRIDE}
export COMPOSE_ENV_FILES=$PGC_CI_HUB/env PGC_SECRETS=$PGC_CI_HUB/secrets
export PGC_PROJECT=pgc-ci PGC_TAG=ci PGC_HUB_PORT=${PGC_CI_PORT:-18000}
export BASE_IMAGE=pgc-ci-base POSTGRES_IMAGE=pgc-ci-postgres MONGO_IMAGE=pgc-ci-mongo REDIS_IMAGE=pgc-ci-redis
export FONTS=
export PGC_MODEL_URL=http://provider:8080/v1 PGC_MODEL_NAME=stand-in
