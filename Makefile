# make lab    opens the course      make test    proves it
# Either may come first: each sets up what it needs in .venv, with uv where it is installed, else with venv and pip.

VENV    := .venv
BIN     := $(VENV)/bin
PYTHON  ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)
UV      := $(shell command -v uv 2>/dev/null)
INSTALL := $(if $(UV),$(UV) pip install --quiet --python $(BIN)/python,$(BIN)/python -m pip install --quiet --disable-pip-version-check)

# Three processes, a file at a time, in the order of conftest.py: the longest first.
AT_ONCE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: lab test test-notebooks test-browser lint record clean

lab: $(VENV)/.lab
	$(BIN)/kmscourse lab

test: lint
	$(BIN)/python -m pytest $(AT_ONCE)

test-notebooks: $(VENV)/.test
	$(BIN)/python -m pytest $(AT_ONCE) notebooks tests/notebooks

test-browser: $(VENV)/.test
	$(BIN)/python -m pytest tests/browser

lint: $(VENV)/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

record: $(VENV)/.test
	$(BIN)/python -m tools.record

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(VENV)/.venv:
	@test -n "$(PYTHON)" || { echo "kmscourse needs Python 3.11 or newer; none was found. Install it, or name it: make PYTHON=/path/to/python3"; exit 1; }
	$(if $(UV),$(UV) venv --quiet --allow-existing --python $(PYTHON) $(VENV),$(PYTHON) -m venv $(VENV))
	@touch $@

$(VENV)/.lab: $(VENV)/.venv pyproject.toml
	$(INSTALL) -e .
	@touch $@

$(VENV)/.test: $(VENV)/.venv pyproject.toml
	$(INSTALL) -e '.[test]'
	@touch $@ $(VENV)/.lab
