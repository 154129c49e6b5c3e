# One command sets up, one checks in half a minute, one checks style and types, one runs all tests, one tries all laws,
# one renews the snapshots, one builds the site, one measures, one tries inputs that nobody has thought of, one builds a release.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: setup check lint test laws snapshots docs benchmarks fuzz lock release clean

setup: $(VENV)/.installed

UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --compile-bytecode
HASHED := --require-hashes --only-binary :all:

# Nothing is installed, and nothing builds the package, whose hash is not in a lock.
$(VENV)/.installed: pyproject.toml requirements-uv.txt requirements-dev.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(HASHED) --requirement requirements-uv.txt
	$(UV) $(HASHED) --requirement requirements-dev.txt
	$(UV) --no-deps --no-index --no-build-isolation --editable .
	touch $@

# While you work: what is fast of `lint` and `test`, which are everything.
check: lint
	$(BIN)/python -m pytest -n auto -m "not slow"

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy action
	$(BIN)/mypy fuzz tools benchmarks
	$(BIN)/lint-imports

test: setup
	$(BIN)/python -m pytest -n auto

# Takes a while. LAWS_DIRECTORIES=DIR:DIR tries the roots in other directories too; see docs/laws.md. Then come the laws
# that Hypothesis finds examples for, with EXAMPLES times as many as `test` tries, and new ones each time.
EXAMPLES ?= 20
laws: setup
	$(BIN)/python -m tools.try_laws
	EXAMPLES=$(EXAMPLES) $(BIN)/python -m pytest -n auto -m hypothesis

snapshots: setup
	UPDATE_SNAPSHOTS=1 $(BIN)/python -m pytest tests/report tests/fixes
	$(BIN)/python -m tools.write_pages
	$(BIN)/python -m tools.pack_rules

# The site, in build/site. A link or an anchor that leads nowhere ends it.
docs: setup
	$(BIN)/properdocs build --strict --config-file mkdocs.yml

# Writes what it measures to docs/benchmarks.md. REPOSITORIES=DIR measures the public repositories that are cloned there,
# CHECKOV=PATH Checkov and other programs that take minutes; see benchmarks/README.md.
benchmarks: setup
	$(UV) --constraint constraints.txt --group benchmarks
	$(BIN)/python -m compileall -q scanner
	$(BIN)/python -m benchmarks.run --write $(if $(CHECKOV),--slow --checkov $(CHECKOV))
	$(BIN)/python -m benchmarks.scaling --write
	$(BIN)/python -m benchmarks.shares --write
	$(if $(REPOSITORIES),$(BIN)/python -m benchmarks.repositories $(REPOSITORIES) --write)
	$(BIN)/python -m benchmarks.managed_policies

# Guided by what the code does with an input, each target for SECONDS in turn, TURNS times; TARGETS=NAME tries one. What is
# found is in build/fuzz. Atheris has wheels for Linux and some versions of Python; `python -m fuzz.run` needs none.
SECONDS ?= 600
TURNS ?= 1
fuzz: setup
	$(UV) $(HASHED) --requirement requirements-fuzz.txt
	$(BIN)/python -m fuzz.campaign --seconds $(SECONDS) --turns $(TURNS) $(addprefix --target ,$(TARGETS))

# What a release is made of, in dist: the same bytes wherever it is built from a commit.
release:
	$(PYTHON) -m venv build/release
	build/release/bin/pip install --quiet --require-hashes --only-binary :all: --requirement requirements-release.txt
	build/release/bin/python -m tools.build_release

# What the action, the image, `make setup`, `make fuzz` and `make release` install: versions of constraints.txt, with hashes
# for every platform.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-build --no-annotate \
	--custom-compile-command "make lock" --constraint constraints.txt

lock: setup
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --constraint requirements.txt --output-file requirements-build.txt --group build
	$(LOCK) --constraint requirements.txt --constraint requirements-build.txt --output-file requirements-dev.txt \
		pyproject.toml --group dev
	$(LOCK) --constraint requirements-dev.txt --output-file requirements-release.txt --group release
	$(LOCK) --constraint requirements-dev.txt --output-file requirements-fuzz.txt --group fuzz
	$(LOCK) --output-file requirements-uv.txt --group uv

clean:
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
