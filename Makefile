# Two commands: `make demo` shows what mlgitlab does, `make test` runs every check. Both prepare the
# machine first, and neither asks anything.
PYTHON ?= python3
BIN := .venv/bin
# As root on Debian, what is missing is installed; elsewhere the demo and the tests name it.
APT := $(shell [ "$$(id -u)" = 0 ] && command -v apt-get)

.PHONY: demo test bench bench-store bench-deploy lint types layers unit format clean

demo: .venv/installed tools
	@$(BIN)/python -m scripts.demo

test: lint types layers unit spark

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	cd examples/monorepo && ../../$(BIN)/ruff check .

types: .venv/installed
	$(BIN)/mypy

layers: .venv/installed
	$(BIN)/lint-imports

unit: .venv/installed tools servers
	$(BIN)/pytest -n 2

# make bench GENERATOR=path/to/make_monorepo.py [FLOOR=path/to/floor.py] [TURBO=path/to/turbo] [SIZES="small medium"]
# docs/performance.md says what these are.
bench: .venv/installed
	@[ -n "$(GENERATOR)" ] || { echo "name the generator of monorepos: make bench GENERATOR=path/to/make_monorepo.py" >&2; exit 2; }
	$(BIN)/python -m benchmarks.selection $(GENERATOR) $(if $(FLOOR),--floor $(FLOOR)) $(if $(TURBO),--turbo $(TURBO)) $(if $(SIZES),--sizes $(SIZES))
	$(BIN)/python -m benchmarks.compose

# make bench-store: transfers beside those of the aws CLI on the same server, and beside cp and sha256sum
bench-store: .venv/installed servers
	$(BIN)/python -m benchmarks.store

# make bench-deploy: half a minute of requests while models come and go behind nginx; the table is that of docs/deploy.md
bench-deploy: .venv/installed tools
	$(BIN)/python -m benchmarks.deploy

format: .venv/installed
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv .venv-servers .venv-spark node_modules dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache

# The examples' own requirements: their jobs run with the shell of this machine.
.venv/installed: pyproject.toml examples/single-model/requirements.txt examples/monorepo/requirements.txt examples/monorepo/requirements-dev.txt
	@echo "Preparing .venv (once)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable ".[dev]" \
		-r examples/single-model/requirements.txt -r examples/monorepo/requirements.txt -r examples/monorepo/requirements-dev.txt
	@touch $@

# Validation by Spark, with packages of its own: pyspark is a gigabyte, and needs Java and an older pandas.
.PHONY: spark
spark:
	@command -v java > /dev/null || { [ -z "$(APT)" ] || { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends default-jre-headless; } > /dev/null; } || true
	@if command -v java > /dev/null; then $(MAKE) --no-print-directory .venv-spark/installed && \
		.venv-spark/bin/python -m pytest -q -p no:cacheprovider tests/unit/adapters/tables/test_spark_engine.py; \
	else echo "Java is not installed: validation by Spark is not tested" >&2; [ -z "$$CI" ]; fi

.venv-spark/installed: pyproject.toml
	@echo "Preparing .venv-spark (once)"
	@$(PYTHON) -m venv .venv-spark
	@.venv-spark/bin/python -m pip install -qq --disable-pip-version-check --editable ".[spark]" pytest hypothesis
	@touch $@

# The tests' S3 servers: OpenStack Swift with packages of its own, and, as root on Debian, Ceph's radosgw.
.PHONY: servers
servers: .venv-servers/installed
	@command -v radosgw > /dev/null || { [ -z "$(APT)" ] || { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends radosgw ceph-mon ceph-osd; } > /dev/null; } || true

.venv-servers/installed:
	@echo "Preparing .venv-servers (once)"
	@$(PYTHON) -m venv .venv-servers
	@.venv-servers/bin/python -m pip install -qq --disable-pip-version-check swift==2.38.3
	@touch $@

# gitlab-ci-local runs pipelines; it needs node and rsync. nginx answers in front of models; where systemd runs, the
# package would start a server of its own, and is left to you.
.PHONY: tools
tools: node_modules/.package-lock.json
	@[ -d /run/systemd/system ] || command -v nginx > /dev/null || { [ -z "$(APT)" ] || { $(APT) update -qq && $(APT) install -y -qq --no-install-recommends nginx-light; } > /dev/null; } || true
	@command -v rsync > /dev/null || { [ -z "$(APT)" ] || { $(APT) update -qq && $(APT) install -y -qq rsync; } > /dev/null; } || true

node_modules/.package-lock.json: package.json package-lock.json
	@if command -v npm > /dev/null; then echo "Preparing node_modules (once)"; npm ci --silent || echo "npm ci failed: pipelines are not run" >&2; \
	else echo "npm is not installed: pipelines are not run" >&2; fi
