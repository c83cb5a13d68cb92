# Every target makes what it needs, in a virtual environment of its own: .venv
#
#   make demo    see it work          make test    run all tests
#   make check   before a commit      make bench   measure
#   make docs    build build/site
#
# PYTHON chooses the interpreter, ARGS goes to the program that a target runs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Editable installs stay pure, so that a leaf never runs from an extension that is older than its
# source; `make build-ext` compiles on request.
INSTALL := GRIDWIRE_BUILD_EXT=no $(PIP) install --editable
DEFINITION := pyproject.toml setup.py
ARGS ?=
# Whoever sets it (images of containers do) would wait each time, in each process, until what pytest
# makes of all asserts is made again: many times longer than most tests take.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo test test-unit check docs format storm bench build-ext dist clean distclean

help:
	@sed -n 's/^#   //p' Makefile

demo: $(VENV)/.cli
	$(BIN)/gridwire demo $(ARGS)

test: $(VENV)/.dev
	$(BIN)/python -m pytest $(ARGS)

test-unit: $(VENV)/.dev
	$(BIN)/python -m pytest -m "not slow and not real_member" $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/python -m pytest --quiet -p no:support.real_members tests/test_layering.py
	@set -e; for generator in tools/gen_*.py; do \
	    test -e "$$generator" || continue; \
	    echo "$$generator --check"; $(BIN)/python "$$generator" --check; \
	done

# Every warning is an error: a link, a name or a page that leads nowhere, a docstring that is missing.
# (The variable silences what the theme says about its own future.)
docs: $(VENV)/.docs
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict $(ARGS)

format: $(VENV)/.dev
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

storm: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m support.storm $(ARGS)

bench: $(VENV)/.bench
	$(BIN)/python -m bench $(ARGS)

build-ext: $(VENV)/.dev
	GRIDWIRE_BUILD_EXT=yes $(BIN)/python setup.py --quiet build_ext --inplace --force
	GRIDWIRE_IMPL=compiled $(BIN)/python -c "import gridwire; print('compiled:', *gridwire._impl.COMPILED_LEAVES)"

dist: $(VENV)/.dev
	rm -rf dist
	$(BIN)/python -m build --outdir dist

# A stamp is younger than what it was made from: a second run installs nothing.
$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "gridwire needs Python 3.11 or later; this is" `$(PYTHON) --version 2>&1`"." \
	           "Choose another one: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
	    { echo "$(PYTHON) cannot make virtual environments." \
	           "On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.cli: $(VENV)/.made $(DEFINITION)
	$(INSTALL) '.[cli]'
	@touch $@

$(VENV)/.dev: $(VENV)/.made $(DEFINITION)
	$(INSTALL) '.[dev]'
	@touch $@

$(VENV)/.docs: $(VENV)/.made $(DEFINITION)
	$(INSTALL) '.[docs]'
	@touch $@

$(VENV)/.bench: $(VENV)/.made $(DEFINITION)
	$(INSTALL) '.[bench,uvloop]'
	@touch $@

clean:
	rm -rf build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src -name '*.so' -delete
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -print0 | xargs -0 rm -rf

distclean: clean
	rm -rf $(VENV)
