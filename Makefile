# Imgferry. `make run` shows the whole service at work; `make test` passes the tests.

PYTHON ?= python3
UV_VERSION = 0.13.9
UV = .uv/bin/uv
RUN = $(UV) run --frozen --no-sync

# Where this is set, each of the five processes of a service compiles all it imports, at every start.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL = help
.PHONY: help interpreter setup run test check bench clean

help:  ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

# One clear line about the interpreter, before anything is made with it.
interpreter:
	@command -v $(PYTHON) >/dev/null || \
	  { echo "There is no $(PYTHON); set PYTHON to an interpreter, as in: make run PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Imgferry needs Python 3.11 or newer; set PYTHON to one, as in: make run PYTHON=python3.13" >&2; exit 1; }

$(UV): | interpreter
	@echo "Setting up in .uv and .venv; the first time takes a minute."
	@$(PYTHON) -m venv .uv || { echo "$(PYTHON) has no venv module; on Debian: apt install python3-venv" >&2; exit 1; }
	@.uv/bin/pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: $(UV) uv.lock pyproject.toml $(wildcard */pyproject.toml) | interpreter
	@$(UV) sync --frozen --quiet --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')"
	@touch $@

setup: .venv/.synced  ## Everything into .venv, from the lock file

run: setup  ## The whole service on this machine, and a demo batch; Ctrl-C ends it
	@$(RUN) imgferry up

# What tests take from npm. Where there is no npm they are skipped, and say so.
tests/npm/node_modules: tests/npm/package-lock.json
	@! command -v npm >/dev/null || npm ci --prefix tests/npm --ignore-scripts --silent
	@! test -d $@ || touch $@

# Those that run alone go first: they leave the modules of all compiled.
test: setup tests/npm/node_modules  ## All tests (those with containers where a Docker engine answers)
	$(RUN) pytest -m alone $$(grep -rl 'mark\.alone' tests)
	$(RUN) pytest -m "not alone" -n 6 --dist loadfile --no-loadscope-reorder

check: setup  ## Formatting, lint, types, layers, containers, CI
	$(RUN) ruff format --check
	$(RUN) ruff check
	$(RUN) mypy
	$(RUN) lint-imports
	$(RUN) hadolint Dockerfile.*
	$(RUN) check-jsonschema --builtin-schema vendor.compose-spec docker-compose*.yml
	$(RUN) check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml
	$(RUN) zizmor --offline --no-progress --persona pedantic .github

bench: setup  ## How fast it is, beside other ways (BENCH=quick: in two minutes)
	@$(UV) sync --frozen --quiet --group bench
	$(RUN) python -m sandbox bench $(if $(WRITE),--write $(WRITE))

clean:  ## Remove what setup made; what runs made stays, in .imgferry
	rm -rf .uv .venv
