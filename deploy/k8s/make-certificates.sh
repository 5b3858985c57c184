#!/bin/sh
# Prints the services' certificates of an authority made for them: sh make-certificates.sh | kubectl apply -f -
#
# For the component mtls where there is no cert-manager; needs openssl 1.1.1 or newer. Each run makes a new
# authority unless AUTHORITY names a folder, which keeps it (authority.crt, authority.key) for the next run: services
# whose certificates are of two authorities do not talk to each other. DAYS is 90 unless set, the authority's ten years.
# NAMESPACE is `metatag` unless set. Run it again before they end; no pod restarts.
set -eu
umask 077
namespace=${NAMESPACE:-metatag} days=${DAYS:-90}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
authority=${AUTHORITY:-$work}
mkdir -p "$authority"

key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1"; }
indented() { sed 's/^/    /' "$1"; }

if [ ! -s "$authority/authority.key" ]; then
    key "$authority/authority.key"
    openssl req -x509 -new -sha256 -key "$authority/authority.key" -days 3650 -subj "/CN=metatag services" \
        -out "$authority/authority.crt"
fi
for name in gateway jobs-api jobs-worker ocr ocr-easyocr tagger doctor; do
    key "$work/tls.key"
    openssl req -new -sha256 -key "$work/tls.key" -subj "/CN=$name" -out "$work/request"
    printf 'subjectAltName=DNS:%s,DNS:%s.%s.svc,DNS:%s.%s.svc.cluster.local\nextendedKeyUsage=serverAuth,clientAuth\n' \
        "$name" "$name" "$namespace" "$name" "$namespace" > "$work/extensions"
    openssl x509 -req -sha256 -in "$work/request" -days "$days" -extfile "$work/extensions" \
        -CA "$authority/authority.crt" -CAkey "$authority/authority.key" -CAserial "$work/serial" -CAcreateserial \
        -out "$work/tls.crt" 2> "$work/said" || { cat "$work/said" >&2; exit 1; }
    printf 'apiVersion: v1\nkind: Secret\nmetadata: {name: %s-tls, namespace: %s}\ntype: kubernetes.io/tls\nstringData:\n' \
        "$name" "$namespace"
    printf '  tls.crt: |\n'; indented "$work/tls.crt"
    printf '  tls.key: |\n'; indented "$work/tls.key"
    printf '  ca.crt: |\n'; indented "$authority/authority.crt"
    printf -- '---\n'
done
