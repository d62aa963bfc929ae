# All a newcomer types: `make demo`, `make test`. Both set everything up in .venv, once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := sdk core plugins/genesys plugins/zoom plugins/teams
UV_VERSION := 0.13.9
# Test processes; most tests wait for sockets and timers.
JOBS ?= 2
# The prebuilt dlib-bin takes the place of dlib, which is a seven-minute compile.
OVERRIDES := dlib ; sys_platform == 'never'

.PHONY: demo test test-long lint bench requirements clean

demo: $(VENV)/.ready
	@$(BIN)/python -m examples.demo

test: $(VENV)/.ready lint
	$(BIN)/python -m pytest -n $(JOBS) --dist loadfile -m "not long" $(TESTS)

test-long: $(VENV)/.ready lint
	HYPOTHESIS_PROFILE=chance $(BIN)/python -m pytest -n $(JOBS) --dist loadfile $(TESTS)

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.ready
	$(BIN)/python -m benchmarks

$(VENV)/.ready: requirements.txt pyproject.toml $(MEMBERS:%=%/pyproject.toml)
	@echo "Setting up $(VENV): about a minute, once."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --no-deps -r requirements.txt
	@VIRTUAL_ENV=$(CURDIR)/$(VENV) $(BIN)/uv pip install --no-deps --no-build-isolation --quiet $(MEMBERS:%=-e ./%)
	@touch $@

# Pins without addresses: `--no-emit-index-url`, and neither hashes nor links.
requirements: $(VENV)/.ready
	echo "$(OVERRIDES)" > $(VENV)/overrides.txt
	$(BIN)/uv pip compile --universal --python-version 3.11 --upgrade --no-emit-index-url --no-header \
	  --no-annotate --all-extras --override $(VENV)/overrides.txt $(MEMBERS:%=%/pyproject.toml) \
	  --no-emit-package atdesk-sdk --no-emit-package atdesk-core --no-emit-package atdesk-genesys \
	  --no-emit-package atdesk-zoom --no-emit-package atdesk-teams requirements.in -o requirements.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache
