# make run    opens the bot (the console in the terminal)
# make test   runs the tests
# make check  ruff, mypy --strict, smsbot check
# make bench  speed, memory and start-up, beside plain libraries
# make soak   digests under fire: replicas killed at random over both databases, some minutes
# make lock   writes requirements.lock anew from pyproject.toml
# Each sets up what it needs in .venv and is quick the second time.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: run test check bench soak lock clean

run: $(READY)
	@$(BIN)/smsbot

test: $(READY)
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4

check: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/smsbot check

bench: $(READY)
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.bench_operations
	$(BIN)/python -m tests.bench_slack

soak: $(READY)
	$(BIN)/python -m tests.reports.soak

# The words of pip go to stderr, so that a pipe through `make run` carries answers only.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "smsbot needs Python 3.11 or newer: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) 1>&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock 1>&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . 1>&2
	@touch $@

lock:
	test -x .venv-lock/bin/uv || ($(PYTHON) -m venv .venv-lock && .venv-lock/bin/pip install --quiet uv)
	.venv-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" --extra dev --output-file requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .venv-lock .mypy_cache .ruff_cache .pytest_cache .hypothesis dist
