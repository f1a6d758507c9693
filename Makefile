# make lab    opens the course      make test    proves it      make clients    gets it other people's clients to test with
# make test-hub    tries it with JupyterHub, as root
# Each may come first, and sets up what it needs in .venv, .clients or .hub, with uv where it is installed, else with venv
# and pip.

VENV    := .venv
CLIENTS := .clients
HUB     := .hub
BIN     := $(VENV)/bin
PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
UV      := $(shell command -v uv 2>/dev/null)
make_venv = $(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(1),$(PYTHON) -m venv $(1))
pip       = $(if $(UV),$(UV) pip install --python $(1)/bin/python,$(1)/bin/python -m pip install --disable-pip-version-check)

# $(call install,ENVIRONMENT,WHAT IT IS,REQUIREMENTS): pip and uv say by themselves how far they are.
define install
	@echo "Installing $(2): this takes one to five minutes the first time."
	$(call pip,$(1)) $(3)
endef

# Of the hundreds of kernels and servers that the tests start, only the first compiles the course.
export PYTHONDONTWRITEBYTECODE :=

# Three processes, a file at a time, in the order of conftest.py: the longest first.
AT_ONCE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: lab test test-notebooks test-browser test-hub clients lint record clean python

lab: $(VENV)/.lab
	$(BIN)/kmscourse lab

test: lint
	$(BIN)/python -m pytest $(AT_ONCE)

test-notebooks: $(VENV)/.test
	$(BIN)/python -m pytest $(AT_ONCE) notebooks tests/notebooks

test-browser: $(VENV)/.test
	$(BIN)/python -m pytest tests/browser

test-hub: $(VENV)/.test $(HUB)/.installed
	$(BIN)/python -m pytest tests/hub

clients: $(CLIENTS)/.installed

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

record: $(VENV)/.test
	$(BIN)/python -m tools.record

clean:
	rm -rf $(VENV) $(CLIENTS) $(HUB) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

python:
	@test -n "$(PYTHON)" || { echo "kmscourse needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }

$(VENV)/.venv: | python
	$(call make_venv,$(VENV))
	@touch $@

$(VENV)/.lab: $(VENV)/.venv pyproject.toml
	$(call install,$(VENV),the course's packages,-e .)
	@touch $@

$(VENV)/.test: $(VENV)/.venv pyproject.toml
	$(call install,$(VENV),the packages of the course and of its tests,-e '.[test]')
	@touch $@ $(VENV)/.lab

$(CLIENTS)/.installed: tests/clients/requirements.txt | python
	$(call make_venv,$(CLIENTS))
	$(call install,$(CLIENTS),other people's clients,-r $<)
	@touch $@

# The students of the test are other users, who can't run a Python in root's home: make test-hub PYTHON=/usr/bin/python3
$(HUB)/.installed: deploy/requirements.txt pyproject.toml | python
	$(call make_venv,$(HUB))
	$(call install,$(HUB),the course and JupyterHub,-e . -r $<)
	npm install --silent --no-fund --no-audit --prefix $(HUB) configurable-http-proxy
	@touch $@
