# `make run` starts the whole world on this machine; `make test` checks everything. Both install what is missing.
PY := .venv/bin/python
WORKERS ?= 2

.PHONY: run test setup bench lock clean

run: setup
	@$(PY) main.py simulate

setup:
	@provisioning/setup.sh run

# Worlds of real processes come last and one kind at a time: two cores do not carry them beside everything else.
test:
	@provisioning/setup.sh test
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m kiosk.catalogue check flows
	$(PY) -m pytest -n $(WORKERS) --ignore tests/journeys --ignore tests/bench
	$(PY) -m pytest -n $(WORKERS) tests/bench
	$(PY) -m pytest -n $(WORKERS) tests/journeys

bench:
	@provisioning/setup.sh test
	$(PY) -m tests.bench

# Renews requirements.lock from pyproject.toml (needs `uv` on the path).
lock:
	uv pip compile --universal --generate-hashes --python-version 3.11 --all-extras --no-emit-index-url --no-header \
		pyproject.toml -o requirements.lock

clean:
	rm -rf .venv .setup run out
