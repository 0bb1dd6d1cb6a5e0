# Needs python3 (3.11 to 3.13) and make. Every target makes its own environment first; when nothing changed that is instant.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# One more than cores, because tests also wait. Files keep their order, so that the long ones of tests/e2e do not come last.
WORKERS ?= $(shell echo $$(( $$(getconf _NPROCESSORS_ONLN) + 1 )))
PYTEST = $(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder
UV_PIN := 0.13.9
STAMP := $(VENV)/.ready
NPM_STAMP := tests/teams/node_modules/.ready
export UV_LINK_MODE ?= copy
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help setup demo test quick check format bench manifest lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(STAMP) ## make the environment (once; quick when nothing changed)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v <= (3, 13) else "Ratchet needs Python 3.11 to 3.13; %s is %d.%d. Try: make PYTHON=python3.12 $(MAKECMDGOALS)" % (sys.executable, *v))'
	@test -x $(BIN)/python || { echo "Making the environment in $(VENV) (once, about half a minute) ..."; $(PYTHON) -m venv $(VENV) || { echo "This python3 cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_PIN)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $(STAMP)
	@echo "The environment is ready."

# Microsoft's renderer of cards is an npm package. Where it cannot be had the tests that need it are skipped and say so.
$(NPM_STAMP): tests/teams/package.json tests/teams/package-lock.json
	@command -v npm > /dev/null || { echo "There is no npm here. On Debian and Ubuntu: apt-get install npm"; exit 0; }; \
	echo "Installing what the tests have from npm (once) ..."; cd $(@D)/.. && \
	npm ci --omit=peer --ignore-scripts --no-audit --no-fund --loglevel=error > /dev/null && touch node_modules/.ready || \
	echo "npm could not install it."

demo: setup ## run Ratchet with a sandbox workspace and a sample company; CHECK=1 plays it through and prints a transcript
	@$(BIN)/ratchet demo $(if $(CHECK),--check)

test: setup $(NPM_STAMP) ## run all tests, 13 minutes on 2 cores (those that need a browser, npm or PostgreSQL say so where there is none)
	@$(PYTEST) $(ARGS)

quick: setup $(NPM_STAMP) ## run the tests of single parts, on SQLite: neither end to end nor with other processes
	@$(PYTEST) -m "not slow and not postgres" --ignore tests/e2e $(ARGS)

check: setup ## format, lint, types, import contracts
	@$(BIN)/ruff format --check --quiet . || { echo "Run make format."; exit 1; }
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/ratchet manifest --check manifest.yaml

format: setup ## format the code
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

manifest: setup ## write manifest.yaml from the code
	@$(BIN)/ratchet manifest --write manifest.yaml

BENCHES := ack pipeline start teams confidence retrieval near fields flags language tone guard intent abstain draft evals gate topics radar learning learning_intents precedents spikes metrics digest qa claims

bench: $(BENCHES:%=bench-%) ## run every benchmark

bench-%: setup
	@$(BIN)/python -m tests.benchmarks.bench_$*

lock: setup ## resolve the dependencies again (host-free, hashed)
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --no-header $(if $(UPGRADE),--upgrade) pyproject.toml --extra dev -o requirements.lock

clean: ## remove the environment and caches
	rm -rf $(VENV) tests/teams/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
