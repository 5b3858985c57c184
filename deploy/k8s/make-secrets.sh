#!/bin/sh
# Prints the secrets with random values: sh make-secrets.sh | kubectl apply -f -
# Keep what it prints: metatag-jobs/secret_key opens the stored provider keys.
#
# For the overlay dev, nothing else is needed. For stores of your own, set what is yours; the
# stores' own secret is then left out:
#   METATAG_DATABASE_URL   postgresql://USER:PASSWORD@HOST:5432/metatag?sslmode=verify-full&sslrootcert=system
#   METATAG_REDIS_URL      rediss://:PASSWORD@HOST:6379       (databases 0, 1 and 2 are used)
#   METATAG_S3_ACCESS_KEY, METATAG_S3_SECRET_KEY
# METATAG_ADMIN_EMAIL and METATAG_ADMIN_PASSWORD name the first account (the overlay prod wants
# them). METATAG_LLM_KEY becomes the tagger's own key. NAMESPACE is `metatag` unless set.
set -eu
namespace=${NAMESPACE:-metatag}
random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
postgres=$(random) redis=$(random) minio=$(random)
database=${METATAG_DATABASE_URL:-postgresql://metatag:$postgres@postgres:5432/metatag}
cache=${METATAG_REDIS_URL:-redis://:$redis@redis:6379}

# A value may hold anything but a new line: single quotes of YAML need only their own kind doubled.
quoted() { printf "'%s'" "$(printf %s "$1" | sed "s/'/''/g")"; }

secret() { # NAME KEY=VALUE...
    printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\ntype: Opaque\nstringData:\n' "$1" "$namespace"
    shift
    for pair in "$@"; do printf '  %s: %s\n' "${pair%%=*}" "$(quoted "${pair#*=}")"; done
    printf -- '---\n'
}

if [ -z "${METATAG_DATABASE_URL:-}" ]; then
    secret metatag-datastores "postgres_password=$postgres" "redis_password=$redis" "minio_password=$minio"
fi
secret metatag-gateway "database_url=$database" "redis_url=$cache/1" "secret_key=$(random)" \
    "admin_email=${METATAG_ADMIN_EMAIL:-}" "admin_password=${METATAG_ADMIN_PASSWORD:-}"
secret metatag-jobs "database_url=$database" "redis_url=$cache/0" \
    "s3_access_key=${METATAG_S3_ACCESS_KEY:-metatag}" "s3_secret_key=${METATAG_S3_SECRET_KEY:-$minio}" "secret_key=$(random)"
secret metatag-tagger "redis_url=$cache/2" "llm_key=${METATAG_LLM_KEY:-}"
