# Debian's Prometheus behind the entry point of the published image.
ARG BASE_IMAGE
FROM ${BASE_IMAGE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends prometheus && rm -rf /var/lib/apt/lists/*
RUN install -d -o prometheus /prometheus
USER prometheus
ENTRYPOINT ["prometheus"]
