# Every command a person types. `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.PHONY: help
help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  \033[1m%-16s\033[0m %s\n", $$1, $$2}'

UV ?= $(shell command -v uv || echo .tools/bin/uv)
RUN := $(UV) run --no-sync

.PHONY: protos
protos: ## regenerate the wire contracts after a change of protos/metatag/v1/*.proto
	$(RUN) scripts/protos.sh
