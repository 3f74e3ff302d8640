# Targets for a fresh machine with python3.11+, make and git; `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
CRM ?= hubspot
FLAGS ?=
ARGS ?=
CASES ?= 100000
SEED ?=
CONSTRAINTS ?=
export PYTHONPATH := $(CURDIR)/plugins:$(CURDIR)
# where the environment forbids byte code, each of the many processes would compile all of Airflow again
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup sync check-connection ui test test-all test-unit test-dates test-lowest test-cluster check format docs lock lock-lowest bench fuzz clean

help: ## Show the targets
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

# a virtual environment with the pins of a file, among them uv, which installs the others; compiled at once, as each
# of the many processes that start side by side would compile the same modules
define make_venv
	@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
	@$(1)/bin/python -m pip install --quiet --disable-pip-version-check "$$(grep -E '^uv==' $(2) | cut -d' ' -f1)"
	@$(1)/bin/uv pip sync --quiet --compile-bytecode --python $(1)/bin/python $(2)
	@touch $(1)/.ready
endef

$(VENV)/.ready: requirements-dev.txt
	$(call make_venv,$(VENV),$<)

$(LOWEST)/.ready: requirements-lowest.txt
	$(call make_venv,$(LOWEST),$<)

setup: $(VENV)/.ready ## Make .venv with everything pinned

sync: setup ## Sync one CRM once: make sync CRM=hubspot FLAGS='--full --dry-run'
	@$(BIN)/python -m sandbox.run sync --crm $(CRM) $(FLAGS)

check-connection: setup ## Say whether a CRM and the warehouse can be used, writing nothing: make check-connection CRM=hubspot
	@$(BIN)/python -m sandbox.check --crm $(CRM)

ui: setup ## Run Airflow with its UI on loopback, sandbox CRMs and warehouse wired
	@$(BIN)/python -m sandbox.run ui

ifeq ($(strip $(ARGS)),)
test: setup ## Run the tests, on all cores, and see that they reach the branches; some: make test ARGS='tests/unit -k window'
	@$(BIN)/python -m pytest -p tests.branch_coverage --numprocesses auto --dist worksteal
	@$(BIN)/python -m scripts.coverage_gate .coverage plugins/crm_sync
else
test: setup
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(ARGS)
endif

test-all: setup ## Run the tests with every check for every entity, half an hour on two cores
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal -m "" $(ARGS)

test-unit: setup ## Run the tests that need no Airflow, database or network
	@$(BIN)/python -m pytest tests/unit

test-dates: setup ## Run tests with the clock on awkward days: make test-dates ARGS=tests/unit
	@$(BIN)/python -m scripts.awkward_days $(ARGS)

test-lowest: $(LOWEST)/.ready ## Run the tests with the lowest versions that pyproject.toml allows, in .venv-lowest
	@$(LOWEST)/bin/python -m pytest --numprocesses auto --dist worksteal $(ARGS)

test-cluster: setup ## Run Airflow with two Celery workers, Redis and an S3 server, and lose a worker
	@$(BIN)/python -m pytest -m "" tests/cluster $(ARGS)

check: setup ## Lint, format check, types, import layers, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python -m scripts.generate_docs --check

format: setup ## Format the code
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

docs: setup ## Write the generated parts of docs/ from the YAML and the flags
	@$(BIN)/python -m scripts.generate_docs

lock: setup ## Compile the requirements files from pyproject.toml; requirements.txt is what our images install
	@$(BIN)/uv pip compile --quiet --no-annotate --python-version 3.11 pyproject.toml --extra cluster --extra files --extra genius --extra salespro -o requirements.txt
	@$(BIN)/uv pip compile --quiet --no-annotate --python-version 3.11 pyproject.toml --extra dev -c requirements.txt -o requirements-dev.txt
	@$(BIN)/uv pip compile --quiet --no-annotate --python-version 3.11 pyproject.toml --extra genius --extra sandbox --group bench -c requirements.txt -o requirements-bench.txt

lock-lowest: setup ## Compile requirements-lowest.txt beside Airflow's constraints: make lock-lowest CONSTRAINTS=file-or-URL
	@$(BIN)/python -m scripts.lock_lowest $(CONSTRAINTS)

bench: setup ## Measure speed against references in the same run (see bench/README.md)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python -r requirements-bench.txt
	@$(BIN)/python -m bench.run

fuzz: setup ## Try odd inputs against a reader that shares no code with the product: make fuzz CASES=100000 SEED=8
	@$(BIN)/python -m tests.fuzz --cases $(CASES) $(if $(SEED),--seed $(SEED))

clean: ## Remove .venv, caches and the sandbox with its embedded PostgreSQL; no other warehouse is touched
	@if [ -x $(BIN)/python ] && [ -d .sandbox/postgres ]; then $(BIN)/python -m sandbox.postgres stop .sandbox/postgres || true; fi
	@rm -rf $(VENV) $(LOWEST) .sandbox .fuzz .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage
