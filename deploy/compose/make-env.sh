#!/bin/sh
# Writes .env for docker-compose.yml with random secrets; leaves an existing file as it is.
# usage: make-env.sh [FILE]
set -eu
file=${1:-.env}
if [ -e "$file" ]; then
    echo "$file is there already; it stays as it is. Remove it to get new secrets (then the data volumes must go too)."
    exit 0
fi
umask 077
secret() { od -An -tx1 -N32 /dev/urandom | tr -d ' \n'; }
cat >"$file" <<END
# Made by make compose-env. Keep it secret, keep a copy: JOBS_SECRET_KEY opens the stored provider keys.
POSTGRES_PASSWORD=$(secret)
REDIS_PASSWORD=$(secret)
MINIO_PASSWORD=$(secret)
JOBS_SECRET_KEY=$(secret)
GATEWAY_SECRET_KEY=$(secret)
GRAFANA_PASSWORD=$(secret)

# The first account. Registration is closed; GATEWAY_REGISTRATION=open lets everybody who reaches the port make one.
GATEWAY_ADMIN_EMAIL=admin@example.org
GATEWAY_ADMIN_PASSWORD=$(secret)

# docs/compose.md lists all settings. Images: METATAG_IMAGES=registry.example.org/metatag, METATAG_TAG=2.0.0
# Ports of the gateway on this machine; a range when it is scaled: GATEWAY_PORTS=8000-8003
# EasyOCR for badly read pages, with --profile deep: DEEP_OCR_ADDRESS=dns:///ocr-easyocr:50051
# A provider for LLM tags: LLM_KEY=..., LLM_BASE_URL=...
END
echo "wrote $file"
