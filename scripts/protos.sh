#!/usr/bin/env bash
# Generates Python messages, stubs and type stubs from protos/metatag/v1 into protos/python (or the folder given).
set -euo pipefail
cd "$(dirname "$0")/.."
out=${1:-protos/python}
python -m grpc_tools.protoc -Iprotos --python_out="$out" --grpc_python_out="$out" \
    --mypy_out=quiet:"$out" --mypy_grpc_out=quiet:"$out" protos/metatag/v1/*.proto
