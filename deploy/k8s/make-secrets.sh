#!/bin/sh
# Prints the secrets of the overlay dev with random values: sh make-secrets.sh | kubectl apply -f -
# Keep what it prints: metatag-jobs/secret_key opens the stored provider keys. METATAG_LLM_KEY, if set, becomes the
# tagger's own key. For other stores, write the same secrets with your own addresses.
set -eu
namespace=${NAMESPACE:-metatag}
random() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
postgres=$(random) redis=$(random) minio=$(random)
database="postgresql+psycopg://metatag:$postgres@postgres:5432/metatag"

secret() { # NAME KEY=VALUE...
    printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s, namespace: %s}\ntype: Opaque\nstringData:\n' "$1" "$namespace"
    shift
    for pair in "$@"; do printf '  %s: "%s"\n' "${pair%%=*}" "${pair#*=}"; done
    printf -- '---\n'
}

secret metatag-datastores "postgres_password=$postgres" "redis_password=$redis" "minio_password=$minio"
secret metatag-gateway "database_url=$database" "redis_url=redis://:$redis@redis:6379/1" "secret_key=$(random)"
secret metatag-jobs "database_url=$database" "redis_url=redis://:$redis@redis:6379/0" \
    "s3_access_key=metatag" "s3_secret_key=$minio" "secret_key=$(random)"
secret metatag-tagger "redis_url=redis://:$redis@redis:6379/2" "llm_key=${METATAG_LLM_KEY:-}"
