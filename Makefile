# The workflow. `make` alone lists it. Needs make, Python 3.11 or newer with venv, and a package index.

VENV := .venv
BIN := $(VENV)/bin
RUN_READY := $(VENV)/.run-ready
DEV_READY := $(VENV)/.dev-ready
# 2 workers: enough to overlap waiting, gentle enough for a small machine.
WORKERS ?= 2
ARGS ?=

# The first interpreter that runs, is new enough, and has venv: a name on the path may be an empty shim.
CANDIDATES := $(PYTHON) python3.12 python3.11 python3.13 python3.14 python3
FIND_PYTHON = for python in $(CANDIDATES); do \
	"$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo "$$python"; exit 0; }; done; exit 1

.DEFAULT_GOAL := help
.PHONY: help run test test-all test-system check fmt schemas measure prove lock clean

help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: $(RUN_READY) ## start the demo: a publisher and a paper that republishes it (ARGS=--fresh starts anew)
	@$(BIN)/syndicate demo $(ARGS)

test: $(DEV_READY) ## run the whole suite that needs no system package (ARGS="-k name" narrows it)
	$(BIN)/python -m pytest -n $(WORKERS) -m "not system and not browser" $(ARGS)

test-all: test test-system ## run also what needs system packages; say what is skipped and why

test-system: $(DEV_READY) ## run only what needs system packages, such as a browser, PHP or servers
	@# pytest exits with 5 where no test is marked so; that is no failure.
	$(BIN)/python -m pytest -rs -m "system or browser" $(ARGS) || test $$? -eq 5

check: $(DEV_READY) ## check format, lint, types, architecture and tests, as .ci/run does
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n $(WORKERS) -m "not system and not browser"

fmt: $(DEV_READY) ## format the code and mend what lint can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

schemas: $(RUN_READY) ## write docs/schemas anew from the types of the code
	$(BIN)/python -m scripts.event_schema

measure: $(DEV_READY) ## run the benchmarks and print their table
	$(BIN)/python -m scripts.measure $(ARGS)

prove: $(DEV_READY) ## run the fault campaigns: kills, stalls, failing disks
	$(BIN)/python scripts/prove.py $(ARGS)

lock: $(BIN)/python ## pin the dependencies of pyproject.toml with hashes (ARGS=--upgrade for the newest)
	$(BIN)/python scripts/lock.py $(ARGS)

clean: ## remove the environment and every cache; data/ stays
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python="$$($(FIND_PYTHON))" || { echo "make: no Python 3.11 or newer with venv was found;" \
		"install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }; \
	echo "Creating $(VENV) with $$python" && "$$python" -m venv --clear $(VENV)

# The stamps are older than their lock when the lock has changed: only then is anything installed.
$(RUN_READY): requirements/run.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/run.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_READY): requirements/dev.txt $(RUN_READY)
	$(BIN)/python -m pip install --quiet --require-hashes --no-deps -r requirements/dev.txt
	@touch $@
