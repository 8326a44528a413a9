# Parley: everything one does with it from a checkout. `make` alone says what there is.
# Needs make and a Python of 3.11 to 3.13; the rest is installed into .venv, pinned and checked by hash.

.DEFAULT_GOAL := help
.PHONY: help run test lint check bench torture soak lock clean
.DELETE_ON_ERROR:

PYTHON ?=
ARGS ?=
TESTS ?= tests
SECONDS ?= 86400
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --no-input
SOURCES := bot adapters storage

help: ## say what there is
	@echo "make run       start Parley; with nothing set up it opens a chat in this terminal (ARGS=... goes to parley)"
	@echo "make test      run the tests (TESTS=tests/config for some)"
	@echo "make check     lint, formatting, types, the walls between the packages, and the tests"
	@echo "make bench     measure speed and memory against servers on this machine"
	@echo "make torture   all that takes hours: kills, simulation, power cuts, system calls, fuzzing, long conversations"
	@echo "               (ARGS='kills --kills 1000' for one of them)"
	@echo "make soak      run it for SECONDS=86400 with faults, and see whether anything grows"
	@echo "make lock      bring requirements.lock and requirements-dev.lock in line with pyproject.toml"
	@echo "make clean     remove what was installed and cached; data/ stays"

# Any of these names may be missing, too old, or a stub that only complains, so each is asked for its version.
$(BIN)/python:
	@for python in $(PYTHON) python3.13 python3.12 python3.11 python3 python; do \
	    if $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then \
	        echo "Parley: making $(VENV) with $$($$python --version)" >&2; \
	        $$python -m venv --clear $(VENV) >&2 && exit 0; \
	        echo "Parley: $$python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv" >&2; \
	        rm -rf $(VENV); exit 1; \
	    fi; \
	done; \
	echo "Parley needs Python 3.11, 3.12 or 3.13, and none was found. If it has another name here: make PYTHON=/path/to/python" >&2; exit 1

$(VENV)/.installed: requirements.lock pyproject.toml $(BIN)/python
	@echo "Parley: installing what it needs into $(VENV); the first time takes about a minute" >&2
	@$(PIP) --require-hashes -r requirements.lock >&2
	@$(PIP) --quiet --no-deps --no-build-isolation --editable . >&2
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	@echo "Parley: installing what the tests need" >&2
	@$(PIP) --require-hashes -r requirements-dev.lock >&2
	@touch $@

run: $(VENV)/.installed ## start Parley
	@exec $(BIN)/parley run $(ARGS)

test: $(VENV)/.installed-dev ## run the tests
	@exec $(BIN)/python -m pytest -q -n auto $(TESTS) $(ARGS)

lint: $(VENV)/.installed-dev
	@echo "ruff check" && $(BIN)/ruff check --quiet .
	@echo "ruff format" && $(BIN)/ruff format --quiet --check .
	@echo "mypy" && $(BIN)/mypy --strict $(SOURCES)
	@echo "import-linter" && $(BIN)/lint-imports --no-cache

check: lint test ## all that a change must pass

bench: $(VENV)/.installed-dev ## measure
	@exec $(BIN)/python -m tests.benchmarks $(ARGS)

torture: $(VENV)/.installed-dev ## everything that takes hours
	@exec $(BIN)/python -m tests.torture.everything $(ARGS)

soak: $(VENV)/.installed-dev ## does anything grow?
	@exec $(BIN)/python -m tests.soak --seconds $(SECONDS) $(ARGS)

# Only for those who change dependencies; needs uv. Lines name no index, so any mirror serves.
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
        --no-emit-index-url --no-emit-find-links --quiet
lock: ## pin again
	@command -v uv >/dev/null || { echo "make lock needs uv (pip install uv)" >&2; exit 1; }
	$(LOCK) pyproject.toml --group build -o requirements.lock
	$(LOCK) pyproject.toml --group build --group dev -c requirements.lock -o requirements-dev.lock

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
