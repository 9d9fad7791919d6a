# Two commands do everything: make demo, make test. Each sets up what it needs first.
PYTHON ?= python3.13
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo up azurite test check audit package bench clean
setup: $(VENV)/.ready

$(VENV)/.ready: requirements.txt requirements-dev.txt $(wildcard model_training/environments/*.txt) pyproject.toml local/vendor.py
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.13 is needed: install it, or name it with make PYTHON=/path/to/python3.13"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing packages into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@$(BIN)/python -m local.vendor
	@touch $@

demo: setup
	@$(BIN)/mlops demo $(ARGS)

up: setup
	@$(BIN)/mlops up $(ARGS)

azurite: setup
	@$(BIN)/mlops azurite $(ARGS)

test: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --cov --cov-report=term:skip-covered --cov-fail-under=90 $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/infra

audit: setup
	$(BIN)/python -m local.audit

package: setup
	$(BIN)/python -m local.package

bench: setup
	$(BIN)/python bench/batch_scoring.py $(ARGS)

clean:
	rm -rf $(VENV) .local build *.egg-info .pytest_cache .mypy_cache .ruff_cache .coverage
