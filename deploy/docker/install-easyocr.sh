#!/bin/sh
# Installs ocr with EasyOCR into /opt/venv. The registry's torch brings CUDA (3 GB); with TORCH=cpu all of that is left
# out and torch comes from a wheel in /wheels, or else from TORCH_INDEX.
# usage: TORCH=cuda|cpu install-easyocr
set -eu
# What does not import here would fail at the first badly read page.
proof='from metatag_ocr.engines.torchvision_gap import close_gap; close_gap(); import easyocr'
if [ "${TORCH:-cuda}" = cuda ]; then
    install-service ocr --extra easyocr
    exec /opt/venv/bin/python -W ignore -c "$proof"
fi
if [ -s /run/ca.pem ]; then export SSL_CERT_FILE=/run/ca.pem; fi
left_out="torch triton $(sed -n 's/^name = "\(\(nvidia\|cuda\)-[^"]*\)"$/\1/p' uv.lock | sort -u)"
install-service ocr --extra easyocr $(for each in $left_out; do echo "--no-install-package $each"; done)
wheel=$(find /wheels -name 'torch-*.whl' 2>/dev/null | head -n 1)
if [ -n "$wheel" ]; then
    /opt/uv/bin/uv pip install --python /opt/venv --no-deps "$wheel"
else
    /opt/uv/bin/uv pip install --python /opt/venv --no-deps --index "$TORCH_INDEX" --index-strategy unsafe-best-match torch
fi
/opt/venv/bin/python -c 'import torch; assert torch.version.cuda is None, torch.__version__'
/opt/venv/bin/python -W ignore -c "$proof"
