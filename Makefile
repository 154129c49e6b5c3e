# One command sets up, one checks in half a minute, one checks style and types, one runs all tests, one tries all laws,
# one renews the snapshots, one builds the site, one measures.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: setup check lint test laws snapshots docs benchmarks lock clean

setup: $(VENV)/.installed

$(VENV)/.installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --upgrade "pip>=25.1"
	$(BIN)/pip install --constraint constraints.txt --editable . --group dev
	touch $@

# While you work: what is fast of `lint` and `test`, which are everything.
check: lint
	$(BIN)/python -m pytest -n auto -m "not slow"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy action
	$(BIN)/lint-imports

test: setup
	$(BIN)/python -m pytest -n auto

# Takes a while. LAWS_DIRECTORIES=DIR:DIR tries the roots in other directories too; see docs/laws.md.
laws: setup
	$(BIN)/python -m tools.try_laws

snapshots: setup
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/report
	$(BIN)/python -m tools.write_pages
	$(BIN)/python -m tools.pack_rules

# The site, in build/site. A link or an anchor that leads nowhere ends it.
docs: setup
	$(BIN)/properdocs build --strict --config-file mkdocs.yml

# Writes what it measures to docs/benchmarks.md. REPOSITORIES=DIR measures the public repositories that are cloned there,
# CHECKOV=PATH Checkov and other programs that take minutes; see benchmarks/README.md.
benchmarks: setup
	$(BIN)/pip install --quiet --constraint constraints.txt --group benchmarks
	$(BIN)/python -m compileall -q scanner
	$(BIN)/python -m benchmarks.run --write $(if $(CHECKOV),--slow --checkov $(CHECKOV))
	$(BIN)/python -m benchmarks.scaling --write
	$(BIN)/python -m benchmarks.shares --write
	$(if $(REPOSITORIES),$(BIN)/python -m benchmarks.repositories $(REPOSITORIES) --write)
	$(BIN)/python -m benchmarks.managed_policies

# What the action and the image install: versions of constraints.txt, with hashes for every platform.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-build --no-annotate \
	--custom-compile-command "make lock"

lock: setup
	$(BIN)/pip install --quiet --group lock
	$(LOCK) --constraint constraints.txt --output-file requirements.txt pyproject.toml
	$(LOCK) --constraint constraints.txt --constraint requirements.txt --output-file requirements-build.txt \
		--group build

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
