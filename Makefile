# The two commands are `make build` and `make test`; `make` lists the others.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SPARK := $(VENV)/spark
UV_VERSION := 0.9.30
CHECKS := target/test
# Where `make build` builds: duckdb, or spark for the same models there.
TARGET ?= duckdb
# What `make bench` measures the build against.
BASE ?= b42268f
# How many times the demo's rows it builds; 1000 needs 40 GB of disk and an hour.
SCALES ?= 1 10 100
# Which edition `make app` shows without a sign-in.
AUDIENCE ?= public
# What `make mutate` draws its faults by.
SEED ?= 1
# What an analyst builds and what the checks build must not share a file: each would block the other.
FOR_CHECKS := CVG_WAREHOUSE=$(CURDIR)/$(CHECKS)/cvg.duckdb CVG_EDITIONS=$(CURDIR)/$(CHECKS)/editions DBT_TARGET_PATH=$(CURDIR)/$(CHECKS)/dbt DBT_LOG_PATH=$(CURDIR)/$(CHECKS)/logs

export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

# One line for a check, with its seconds; what it says only where it fails.
checked = began=$$SECONDS; said=$$($(2) 2>&1) || { echo "$$said"; echo "$(1): failed" >&2; exit 1; }; echo "$(1): passed in $$((SECONDS - began)) s"

.PHONY: help build test lint docs app bench mutate demo lock clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

build: $(READY) $(if $(filter spark,$(TARGET)),$(SPARK)/.ready) ## build the warehouse from the exports and publish it (CVG_EXPORTS=folder for others than the demo's; TARGET=spark: the same models on Spark, nothing published)
	@case "$(TARGET)" in \
	  duckdb) $(BIN)/cvg build;; \
	  spark) $(SPARK)/bin/dbt build --target spark --selector spark;; \
	  *) echo "TARGET=$(TARGET): is duckdb or spark" >&2; exit 2;; \
	esac

test: $(READY) ## run every check: lint, data tests, dbt unit tests, pytest (about 50 minutes)
	@echo "Every check takes about 50 minutes on two cores."
	@$(MAKE) --no-print-directory lint
	@$(BIN)/pytest --numprocesses 2 --dist loadfile --durations 40

lint: $(READY) ## build for the checks and lint: Python, types, imports, SQL, YAML, spelling
	@$(call checked,ruff,$(BIN)/ruff check .)
	@$(call checked,ruff format,$(BIN)/ruff format --check .)
	@$(call checked,mypy,$(BIN)/mypy)
	@$(call checked,import-linter,$(BIN)/lint-imports)
	@$(call checked,vulture,$(BIN)/vulture)
	@$(call checked,codespell,$(BIN)/codespell)
	@$(call checked,yamllint,$(BIN)/yamllint --strict . && $(BIN)/yamllint --strict -c .yamllint-unit-tests models)
	@$(call checked,pre-commit,$(BIN)/pre-commit validate-config)
	@$(FOR_CHECKS) $(BIN)/cvg build
	@$(call checked,sqlfluff,$(FOR_CHECKS) $(BIN)/sqlfluff lint models tests)
	@$(call checked,dbt-score,$(FOR_CHECKS) $(BIN)/dbt parse --quiet && $(BIN)/dbt-score lint --manifest $(CHECKS)/dbt/manifest.json)

docs: $(READY) ## write the dictionary and lineage site to target/docs
	@$(BIN)/cvg build || [ $$? = 1 ]
	@$(BIN)/cvg docs

app: $(READY) ## start the indicator viewer on the newest edition (AUDIENCE=internal: the internal one, for its owner at this machine)
	@case "$(AUDIENCE)" in public|internal) ;; *) echo "AUDIENCE=$(AUDIENCE): is public or internal" >&2; exit 2;; esac
	@CVG_AUDIENCE=$(AUDIENCE) $(BIN)/streamlit run dashboards/app.py

bench: $(READY) ## measure the build (SCALES="1 10 100"; writes docs/performance.md), the ingest, the masks and what they leave, the viewer, and the build against BASE=REVISION (b42268f)
	@$(BIN)/python -m bench --page $(SCALES:%=--scale %)
	@$(BIN)/python -m bench.ingest
	@$(BIN)/python -m bench.disclosure
	@$(BIN)/python -m bench.disclosure --seed 7
	@$(BIN)/python -m bench.disclosure --scale 2
	@$(BIN)/python -m bench.usefulness
	@$(BIN)/python -m bench.viewer
	@$(BIN)/python -m bench.against $(BASE)

mutate: $(READY) ## break exports and models on purpose, say what notices it, write docs/mutation.md (SEED=1)
	@$(BIN)/python -m mutation --seed $(SEED) --page

demo: $(READY) ## make the synthetic exports in seeds/exports again
	@$(BIN)/cvg demo --out seeds/exports

lock: $(READY) ## resolve requirements.lock and requirements-spark.lock again, after a change of pyproject.toml
	@$(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes --quiet -o requirements.lock
	@$(BIN)/uv pip compile --group spark --constraints requirements.lock --universal --generate-hashes --quiet -o requirements-spark.lock

clean: ## remove the warehouse, the environment and everything else that was made
	rm -rf target logs $(VENV) .pytest_cache .ruff_cache .mypy_cache .import_linter_cache

# Another version of Python is looked for where `python3` is not one that the project runs on.
$(READY): requirements.lock pyproject.toml
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then echo "Python 3.11, 3.12 or 3.13 is needed, found: $$(python3 --version 2>&1); install one, or name it: make PYTHON=/path/to/python" >&2; exit 2; fi; \
	if ! $(BIN)/python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null; then \
	  echo "Making the environment in $(VENV) with $$("$$found" --version)"; \
	  rm -rf $(VENV); \
	  "$$found" -m venv --without-pip $(VENV); \
	fi; \
	if [ "$$($(BIN)/uv --version 2>/dev/null | cut -d' ' -f2)" != $(UV_VERSION) ]; then \
	  "$$found" -m pip --python $(BIN)/python install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	fi
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@

# What only Spark needs, 500 MB of it, in an environment of its own: other libraries behave otherwise beside it.
$(SPARK)/.ready: requirements-spark.lock $(READY)
	@java -version 2>/dev/null || { echo "Spark needs Java 17 or later: apt-get install openjdk-17-jre-headless" >&2; exit 2; }
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(SPARK)
	@$(BIN)/uv pip sync --quiet --python $(SPARK)/bin/python --require-hashes --compile-bytecode requirements-spark.lock
	@touch $@
