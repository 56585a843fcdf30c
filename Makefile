# Targets that the README, the CI and developers share. Each does its own set-up.
#
#   make demo            train on a generated series and write its report to demo/
#   make test            run lint, types and layers, then the tests
#   make quick           run the tests that are not slow
#   make PYTHON=python3.12 test

PYTHON ?= python3
WORKERS ?= 2
BIN = .venv/bin

.NOTPARALLEL:
.PHONY: demo test quick lint types verify bench docs clean

demo: .venv/.installed-cli
	$(BIN)/skanomaly demo --out demo

# One thread per worker, since TensorFlow uses all cores in each worker otherwise.
test quick: export OMP_NUM_THREADS = 1
test quick: export TF_NUM_INTRAOP_THREADS = 1
test quick: export TF_NUM_INTEROP_THREADS = 1
test quick: export TF_CPP_MIN_LOG_LEVEL = 2
test quick: export MPLBACKEND = Agg
test: lint .venv/.chromium
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

# Without the tests that are marked as slow: for work in progress.
quick: .venv/.installed-test
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(PYTEST_ARGS)

lint: .venv/.installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

types: .venv/.installed-test
	$(BIN)/mypy

# The real series, if they are next to the checkout and no other folder is set.
verify bench: export SKANOMALY_DATA ?= $(abspath $(wildcard ../shared/data))
verify: .venv/.installed-test
	$(BIN)/python benchmarks/verify.py

bench: .venv/.installed-test .venv/.chromium
	$(BIN)/python benchmarks/horizon.py
	$(BIN)/python benchmarks/accuracy.py
	$(BIN)/python benchmarks/page.py
	$(BIN)/python benchmarks/searches.py
	$(BIN)/python benchmarks/peers.py
	$(BIN)/python benchmarks/cli.py
	$(BIN)/python benchmarks/blocks.py
	$(BIN)/python benchmarks/streaming.py

docs: export TF_CPP_MIN_LOG_LEVEL = 2
docs: .venv/.installed-docs
	$(BIN)/sphinx-build -n -W --keep-going docs docs/_build/html

clean:
	rm -rf .venv .*_cache .coverage* build dist demo docs/_build docs/auto_examples \
		docs/api/generated docs/sg_execution_times.rst benchmarks/runs
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is written last, so that an interrupted set-up starts over.
.venv/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "skanomaly needs Python 3.11 or newer, but $(PYTHON) is older or missing;" \
			"choose another with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { \
		echo "$(PYTHON) cannot create virtual environments;" \
			"on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	@touch $@

# The tests of the report page need Chromium and are skipped without it.
.venv/.chromium: .venv/.created
	@command -v chromium >/dev/null || [ "$$(id -u)" != 0 ] \
		|| ! command -v apt-get >/dev/null \
		|| { apt-get -qq update && DEBIAN_FRONTEND=noninteractive \
			apt-get -qq install -y chromium chromium-driver; } >/dev/null 2>&1 \
		|| echo "chromium could not be installed; its tests will be skipped" >&2
	@touch $@

.venv/.installed-cli: .venv/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[cli]"
	@touch $@

.venv/.installed-%: .venv/.created pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[all]" --group $*
	@touch $@
