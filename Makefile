# Two commands do everything: make demo, make test. Each sets up what it needs first.
PYTHON ?= python3.13
VENV := .venv
BIN := $(VENV)/bin
# Packages are installed without compiled files, which the first use writes.
export PYTHONDONTWRITEBYTECODE :=

# A virtual environment in that folder, when there is none.
define venv
command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed: install it, or name it with make PYTHON=/path/to/python3.13"; exit 1; }; test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
endef

UI := build/ui-venv
MLOPS_HOME ?= .local
PORT ?= 5000

INSTALL := $(BIN)/python -m local.tools.install
TRAINING := $(wildcard model_training/environments/*.txt)

.PHONY: setup demo up ui spark azurite clients test test-all sabotage check audit package bench clean
setup: $(VENV)/.ready

# Everything, for tests and checks.
$(VENV)/.ready: requirements.txt requirements-demo.txt requirements-dev.txt $(TRAINING) pyproject.toml local/tools/vendor.py
	@$(call venv,$(VENV))
	@$(INSTALL) requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m local.tools.vendor
	@mkdir -p $(MLOPS_HOME)
	@touch $@ $(VENV)/.demo

# What the loop needs on a laptop. Node fetches the browser libraries and is removed again.
$(VENV)/.demo: requirements-demo.txt $(TRAINING) pyproject.toml local/tools/vendor.py
	@$(call venv,$(VENV))
	@$(INSTALL) requirements-demo.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target build/node $$(grep ^nodejs requirements-dev.txt) 2>/dev/null
	@PYTHONPATH=build/node $(BIN)/python -m local.tools.vendor
	@rm -rf build/node
	@mkdir -p $(MLOPS_HOME)
	@echo "Left out: Delta tables, PostgreSQL, SQL Server, Data Explorer, Azure ML, Application Insights; make setup adds them."
	@touch $@

demo: $(VENV)/.demo
	@$(BIN)/mlops demo $(ARGS)

up: $(VENV)/.demo
	@$(BIN)/mlops up $(ARGS)

# MLflow's own pages over the tracked runs, on this machine only; its packages do not go together with ours.
$(UI)/.ready: model_training/environments/ui.txt
	@$(call venv,$(UI))
	@$(UI)/bin/python -m local.tools.install model_training/environments/ui.txt
	@touch $@

ui: $(UI)/.ready
	@test -f $(MLOPS_HOME)/mlflow/mlflow.db || { echo "No run is tracked in $(MLOPS_HOME)/mlflow yet: train something first, with make demo for example."; exit 1; }
	@$(UI)/bin/python -m local.tools.open_when_up http://127.0.0.1:$(PORT)/ '#/experiments' &
	@MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true $(UI)/bin/mlflow ui --host 127.0.0.1 --port $(PORT) --workers 1 --default-artifact-root $(abspath $(MLOPS_HOME))/mlflow/artifacts --backend-store-uri sqlite:///$(abspath $(MLOPS_HOME))/mlflow/mlflow.db

# PySpark in an environment of its own, for SCORER_URL=spark:…; it needs Java 17 on this machine.
SPARK := build/spark-venv
$(SPARK)/.ready: model_training/environments/spark.txt
	@command -v java >/dev/null || { echo "Java 17 is needed: install openjdk-17-jre-headless"; exit 1; }
	@$(call venv,$(SPARK))
	@$(SPARK)/bin/python -m local.tools.install model_training/environments/spark.txt
	@touch $@

spark: $(SPARK)/.ready

azurite: setup
	@$(BIN)/mlops azurite $(ARGS)

# Clients and linters that other people wrote, for tests/clients; without them those tests say so.
clients: setup
	@$(BIN)/python tests/clients/install.py

# Ends with the twenty slowest tests and with what only test-all runs. Each module is compiled once, not in every process.
# Three processes, because some tests wait for others: they keep two cores busy, so numeric libraries start no threads that
# wait for work in a loop.
test: setup
	PYTHONDONTWRITEBYTECODE= OPENBLAS_NUM_THREADS=1 OMP_WAIT_POLICY=passive $(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder --durations 20 --cov --cov-report=term:skip-covered --cov-fail-under=95 $(ARGS)

# The same, with all that make test samples: every death of the kill sweeps, the real files with the default profile.
test-all: setup
	MLOPS_FULL_SWEEP=1 COVERAGE_CORE=ctrace $(MAKE) test ARGS="--cov-branch $(ARGS)"

# Plants defects one after the other; each must be caught by the test that is named for it.
sabotage: setup
	$(BIN)/python -m tests.sabotage $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --no-progress .github
	$(BIN)/python -m pytest -q tests/infra/test_compiler.py tests/infra/test_templates.py tests/infra/test_pipelines.py

audit: setup
	$(BIN)/python -m local.tools.audit

package: setup
	$(BIN)/python -m local.tools.package

# Every benchmark that needs no peer; fails when something became slower than what is committed in bench/ratios.json.
bench: setup
	$(BIN)/python bench/regression.py $(ARGS)

clean:
	rm -rf $(VENV) .local build *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
