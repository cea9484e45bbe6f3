# Nova on this machine. `make up` installs what is missing, then starts everything; `make help` lists the rest.

SHELL := /bin/bash
.DELETE_ON_ERROR:

export UV_PYTHON_DOWNLOADS := never
# Bytecode halves the start of every process: neither uv nor we may be kept from writing it.
unexport PYTHONDONTWRITEBYTECODE

# The first supported Python on PATH; `make PYTHON=/path/to/python3.12 …` chooses another.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null && echo $$python && break; done)
UV = $(or $(shell command -v uv 2>/dev/null),.uv/bin/uv)
BIN := .venv/bin

MAIN := .venv/.nova-main
DEV := .venv/.nova-dev
FORECASTING := .venv-forecasting/.nova-forecasting
FORECASTING_DEV := .venv-forecasting/.nova-forecasting-dev
LSTM := .venv-lstm/.nova-lstm
SPARK := .venv-spark/.nova-spark
BENCH := .venv-bench/.nova-bench
# npm itself writes this file at the end of an installation
NODE_MODULES := frontend/node_modules/.package-lock.json
REFERENCE := nova_api/http/reference/node_modules/.package-lock.json

.PHONY: help up down status install install-lstm install-dev install-spark install-bench lint test test-deploy contract lock clean

help: ## List these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 14

up: install ## Start everything on the demo ERP (SIZE=medium: a larger one; ERP_WORKBOOK=path: your workbook; SOURCE=erp|workbook: change; DETACH=1: return)
	@$(BIN)/nova up $(if $(DETACH),--detach) $(if $(ERP_WORKBOOK),--workbook "$(ERP_WORKBOOK)") $(if $(SIZE),--size $(SIZE)) $(if $(SOURCE),--source $(SOURCE))

down: install ## Stop everything
	@$(BIN)/nova down

status: install ## Show what runs
	@$(BIN)/nova status

install: $(MAIN) $(FORECASTING) $(REFERENCE) ## Make both Python environments from the locks, and fetch the script of the API's reference page

install-lstm: $(LSTM) ## Make the environment of the recurrent network, which the model lstm needs and nothing else

install-dev: $(DEV) $(FORECASTING_DEV) $(LSTM) $(NODE_MODULES) $(REFERENCE) ## The same with the tools for tests, and the page's packages

install-spark: $(SPARK) ## The Spark server that the tests of FORECAST_ENGINE=spark start (500 MB; it needs Java 17)

install-bench: $(BENCH) ## The peers that bench/serving.py compares the API with

lint: install-dev ## Check style, types and the borders between the packages
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/basedpyright
	$(BIN)/basedpyright --project pyrightconfig.forecasting.json
	$(BIN)/basedpyright --project pyrightconfig.lstm.json
	cd frontend && npm run check

# Without Java there is no Spark to test with, and the tests say so.
test: lint $(if $(shell command -v java),$(SPARK)) ## Everything that must hold: lint, unit, integration and end-to-end tests, Dagster's definitions
	$(BIN)/pytest -n auto --maxprocesses 4 --dist loadfile
	.venv-forecasting/bin/python -m pytest --confcutdir tests/unit/forecasting tests/unit/forecasting
	home=$$(mktemp -d) && trap 'rm -rf "$$home"' EXIT && \
		DAGSTER_HOME=$$home $(BIN)/dagster definitions validate -w workspace.yaml

# In a network, and with process numbers, of its own: nothing of it is left, and nothing of this machine is in its way.
test-deploy: install-dev ## Bring the production topology up out of processes, and strike it (root; bubblewrap, nginx, tini, iproute2, redis-tools)
	UV=$(UV) $(BIN)/python -m deploy.tests.build
	unshare --net --mount --pid --fork --kill-child --mount-proc $(BIN)/pytest -s deploy/tests

contract: install-dev ## Ask the API 20,000 requests made of its document, as nobody and as each role (minutes)
	$(BIN)/pytest -m all_cases -s tests/integration/api/test_schema_cases.py

clean: ## Stop, and delete databases, secrets, logs, lake, builds and caches; the environments stay
	if [ -x $(BIN)/nova ]; then $(BIN)/nova clean --yes; fi
	rm -rf frontend/.next frontend/*.tsbuildinfo .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# One environment out of one lock: exactly these versions with these hashes, then this clone on top.
define install_lock
	@test -n "$(PYTHON)" || { echo 'Nova needs Python 3.11, 3.12 or 3.13: install one, or say make PYTHON=/path/to/python'; exit 1; }
	@test -x $(1)/bin/python || $(UV) venv --quiet --python "$(PYTHON)" $(1)
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python $(1)/bin/python $(2)
	$(UV) pip install --quiet --no-deps --no-build-isolation --python $(1)/bin/python --editable .
	@touch $(3)
endef

$(MAIN): requirements/main.txt pyproject.toml | $(UV)
	$(call install_lock,.venv,requirements/main.txt,$@)

$(DEV): requirements/dev.txt pyproject.toml | $(UV)
	$(call install_lock,.venv,requirements/dev.txt,$(MAIN) $@)

$(FORECASTING): requirements/forecasting.txt pyproject.toml | $(UV)
	$(call install_lock,.venv-forecasting,requirements/forecasting.txt,$@)

$(FORECASTING_DEV): requirements/forecasting-dev.txt pyproject.toml | $(UV)
	$(call install_lock,.venv-forecasting,requirements/forecasting-dev.txt,$(FORECASTING) $@)

$(LSTM): requirements/lstm.txt pyproject.toml | $(UV)
	$(call install_lock,.venv-lstm,requirements/lstm.txt,$@)

# The server alone: its executors run the Python of the forecasting environment.
$(SPARK): requirements/spark-server.txt | $(UV)
	@test -x .venv-spark/bin/python || $(UV) venv --quiet --python "$(PYTHON)" .venv-spark
	$(UV) pip sync --quiet --require-hashes --python .venv-spark/bin/python requirements/spark-server.txt
	@touch $@

# The peers alone: they are started from here and import nothing of Nova.
$(BENCH): requirements/bench.txt | $(UV)
	@test -x .venv-bench/bin/python || $(UV) venv --quiet --python "$(PYTHON)" .venv-bench
	$(UV) pip sync --quiet --compile-bytecode --require-hashes --python .venv-bench/bin/python requirements/bench.txt
	@touch $@

$(NODE_MODULES): frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund

# Errors alone: npm would warn of the Node that these packages want, and nothing of them runs in Node.
$(REFERENCE): nova_api/http/reference/package-lock.json
	@if command -v npm >/dev/null; then \
		cd nova_api/http/reference && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error; \
	else echo 'no npm: the API goes without its reference page at /schema'; fi

.uv/bin/uv:
	@test -n "$(PYTHON)" || { echo 'Nova needs Python 3.11, 3.12 or 3.13: install one, or say make PYTHON=/path/to/python'; exit 1; }
	$(PYTHON) -m venv .uv
	.uv/bin/python -m pip install --quiet uv

COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --no-emit-index-url --no-emit-find-links \
	--no-annotate --no-header $(if $(UPGRADE),--upgrade) pyproject.toml requirements/build.in

lock: | $(UV) ## Resolve all requirements anew (UPGRADE=1 takes newer versions); one resolution, so that all locks agree
	@set -e; all=$$(mktemp); trap 'rm -f "$$all"' EXIT; \
	cat requirements/*.txt > "$$all" 2>/dev/null || true; \
	$(COMPILE) --all-extras --output-file "$$all"; \
	lock() { $(COMPILE) --generate-hashes --constraint "$$all" "$${@:2}" --output-file requirements/$$1.txt; }; \
	lock main --extra assets --extra plots --extra api --extra local; \
	lock api --extra api; \
	lock pipeline --extra assets --extra plots; \
	lock dev --extra assets --extra plots --extra api --extra local --extra dev; \
	lock forecasting --extra assets --extra plots --extra forecasting --extra spark; \
	lock forecasting-dev --extra assets --extra plots --extra forecasting --extra spark --extra forecasting-dev; \
	lock spark-server --extra spark-server; \
	lock lstm --extra lstm; \
	lock bench --extra bench
