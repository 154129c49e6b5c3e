# One command sets up, one checks style and types, one runs the tests, one tries all laws, one renews the snapshots.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: setup lint test laws snapshots clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/pip install --quiet --constraint constraints.txt --editable . --group dev
	touch $@

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup
	$(BIN)/python -m pytest -n auto

# Takes a while. LAWS_DIRECTORIES=DIR:DIR tries the roots in other directories too; see docs/laws.md.
laws: setup
	$(BIN)/python -m tools.try_laws

snapshots: setup
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/report

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
