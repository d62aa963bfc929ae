# All a newcomer types: `make demo`, `make test`. Both set everything up in .venv, once.
# `make demo WEBCAM=1`: you play the agent; `HEADLESS=1 make demo`: the story as lines, checked;
# `make demo CONSOLE=teams`: the same in Microsoft Teams.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
MEMBERS := sdk core plugins/genesys plugins/zoom plugins/teams
UV_VERSION := 0.13.9
# Test processes, one more than the cores of a small machine: most tests wait for sockets and timers.
JOBS ?= 3
# A file stays in one process; which file is begun when, tests/conftest.py says.
SPREAD := -n $(JOBS) --dist loadfile --no-loadscope-reorder
# The prebuilt dlib-bin takes the place of dlib, which is a seven-minute compile.
OVERRIDES := dlib ; sys_platform == 'never'

# What the browser tests load into a page: axe, and the SDKs of the consoles. Nothing that ships comes from there.
BROWSER := tests/browser
NPM_INSTALL := npm install --ignore-scripts --no-save --no-package-lock --no-audit --no-fund \
  --loglevel=error --fetch-retries=1 --fetch-timeout=60000

.PHONY: demo test test-long lint bench browser-packages requirements clean

demo: $(VENV)/.ready
	@$(BIN)/python -m examples.demo

test: $(VENV)/.ready lint browser-packages
	$(BIN)/python -m pytest $(SPREAD) -m "not long" $(TESTS)

test-long: $(VENV)/.ready lint browser-packages
	HYPOTHESIS_PROFILE=chance $(BIN)/python -m pytest $(SPREAD) $(TESTS)

lint: $(VENV)/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

browser-packages:
	@if [ $(BROWSER)/node_modules/.ready -nt $(BROWSER)/package.json ]; then :; \
	elif ! command -v npm >/dev/null; then \
	  echo "No npm here: browser tests that need axe or a console's own SDK are skipped."; \
	elif (cd $(BROWSER) && $(NPM_INSTALL) >/dev/null); then touch $(BROWSER)/node_modules/.ready; \
	else echo "npm could not install: browser tests that need axe or a console's own SDK are skipped."; fi

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
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache $(BROWSER)/node_modules
