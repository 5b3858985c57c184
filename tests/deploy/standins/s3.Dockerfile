# An S3 server in memory. It checks no signature: the adapter's tests do that elsewhere.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN --mount=type=secret,id=pip_conf,target=/etc/pip.conf,required=false \
    --mount=type=secret,id=ca_bundle,target=/run/ca.pem,required=false \
    if [ -s /run/ca.pem ]; then export PIP_CERT=/run/ca.pem; fi; \
    python3 -m venv /opt/venv && /opt/venv/bin/pip install --quiet --no-cache-dir 'moto[server]'
USER nobody
EXPOSE 9000
ENTRYPOINT ["/opt/venv/bin/moto_server", "-H", "0.0.0.0"]
