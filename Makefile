# Two commands do everything: make demo, make test. Each sets up what it needs first.
PYTHON ?= python3.13
VENV := .venv
BIN := $(VENV)/bin

UI := build/ui-venv
MLOPS_HOME ?= .local
PORT ?= 5000

.PHONY: setup demo up ui spark azurite test test-all sabotage check audit package bench clean
setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt requirements-dev.txt $(wildcard model_training/environments/*.txt) pyproject.toml local/tools/vendor.py
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed: install it, or name it with make PYTHON=/path/to/python3.13"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m local.tools.vendor
	@mkdir -p $(MLOPS_HOME)
	@touch $@

demo: setup
	@$(BIN)/mlops demo $(ARGS)

up: setup
	@$(BIN)/mlops up $(ARGS)

# MLflow's own pages over the tracked runs, on this machine only; its packages do not go together with ours.
$(UI)/.ready: model_training/environments/ui.txt
	@test -x $(UI)/bin/python || $(PYTHON) -m venv $(UI)
	@echo "Installing packages into $(UI) ..."
	@$(UI)/bin/python -m pip install --quiet --disable-pip-version-check -r model_training/environments/ui.txt
	@touch $@

ui: $(UI)/.ready
	@test -f $(MLOPS_HOME)/mlflow/mlflow.db || { echo "No run is tracked in $(MLOPS_HOME)/mlflow yet: train something first, with make demo for example."; exit 1; }
	@MLFLOW_DISABLE_TELEMETRY=true DO_NOT_TRACK=true $(UI)/bin/mlflow ui --host 127.0.0.1 --port $(PORT) --workers 1 --default-artifact-root $(abspath $(MLOPS_HOME))/mlflow/artifacts --backend-store-uri sqlite:///$(abspath $(MLOPS_HOME))/mlflow/mlflow.db

# PySpark in an environment of its own, for SCORER_URL=spark:…; it needs Java 17 on this machine.
SPARK := build/spark-venv
$(SPARK)/.ready: model_training/environments/spark.txt
	@command -v java >/dev/null || { echo "Java 17 is needed: install openjdk-17-jre-headless"; exit 1; }
	@test -x $(SPARK)/bin/python || $(PYTHON) -m venv $(SPARK)
	@echo "Installing packages into $(SPARK) ..."
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check -r model_training/environments/spark.txt
	@touch $@

spark: $(SPARK)/.ready

azurite: setup
	@$(BIN)/mlops azurite $(ARGS)

# Ends with the twenty slowest tests and with what only test-all runs. Processes share their compiled files.
test: setup
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --durations 20 --cov --cov-report=term:skip-covered --cov-fail-under=95 $(ARGS)

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

bench: setup
	$(BIN)/python bench/batch_scoring.py $(ARGS)

clean:
	rm -rf $(VENV) .local build *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
