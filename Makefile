# `make demo` and `make test` do all the set-up themselves; see `make help`.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: help
help: ## Show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-14s %s\n", $$1, $$2}'

# --- set-up: once, and again when pyproject.toml changes --------------------------------------------------------------
$(VENV)/ready: pyproject.toml .ci/make-venv
	@PYTHON=$(PYTHON) .ci/make-venv $(VENV)
	@touch $@

.PHONY: setup
setup: $(VENV)/ready ## Create the virtual environment with everything the project needs

.PHONY: lab
lab: ## Install what lab hosts need (root; Incus from Debian)
	@tests/host/install-lab.sh

# --- what a stranger runs ---------------------------------------------------------------------------------------------
.PHONY: demo
demo: $(VENV)/ready ## Audit, report, plan and generate for the example platform, into demo/
	@.ci/demo demo

.PHONY: drill
drill: $(VENV)/ready ## Build the example platform on lab hosts, lose it, bring it back; README gets the journal (root)
	.ci/debian-packages chromium chromium-driver
	@.ci/drill drill

# --- what CI runs -----------------------------------------------------------------------------------------------------
.PHONY: test
test: lint unit-test example-test host-test ## Everything: lint, unit tests (the wheel too), the example, lab hosts with the short drill
	@echo "all tests passed"

.PHONY: lint
lint: $(VENV)/ready ## ruff and mypy --strict
	ruff check toolkit tests bench
	ruff format --check toolkit tests bench
	mypy

.PHONY: unit-test
unit-test: $(VENV)/ready ## Tests that need no lab hosts
	.ci/debian-packages postgresql chromium chromium-driver git kannel \
	  $(shell command -v npm >/dev/null || echo nodejs npm) $(shell command -v go >/dev/null || echo golang-go) \
	  $(shell command -v javac >/dev/null || echo default-jdk-headless) $(shell command -v mvn >/dev/null || echo maven)
	pytest

.PHONY: wheel-test
wheel-test: $(VENV)/ready ## Build the wheel, install it into an empty environment, use it without the source tree
	pytest tests/wheel

.PHONY: example-test
example-test: ## The example platform's own tests, against stand-ins
	.ci/debian-packages postgresql $(shell apt-cache show valkey-server >/dev/null 2>&1 && echo valkey-server || echo redis-server)
	$(MAKE) --no-print-directory -C examples/harbour test

.PHONY: host-test
host-test: $(VENV)/ready ## Tests on real lab hosts: the lab, tools, rebuild and restore, the short drill, every service
	.ci/debian-packages chromium chromium-driver curl \
	  $(shell command -v npm >/dev/null || echo nodejs npm) $(shell command -v mvn >/dev/null || echo maven)
	@.ci/host-test tests/host/test_lab.py tests/host/test_tools_on_hosts.py tests/host/test_rebuild.py tests/host/test_drill.py \
	  tests/host/test_otp_gateway.py tests/host/test_support.py tests/host/test_status_page.py tests/host/test_auth.py

.PHONY: service-test
service-test: $(VENV)/ready ## Longer still: the support desk behind Keycloak, with browsers
	.ci/debian-packages chromium chromium-driver curl $(shell command -v mvn >/dev/null || echo maven)
	@.ci/host-test tests/host/test_support_sso.py

# --- figures ----------------------------------------------------------------------------------------------------------
.PHONY: bench
bench: $(VENV)/ready ## Benchmarks, side by side with the peers; prints ratios
	.ci/debian-packages ripgrep
	@for script in bench/*.py; do case $$script in bench/corpus.py|bench/turns.py) ;; *) echo "== $$script"; python $$script ;; esac; done

.PHONY: corpus
corpus: $(VENV)/ready ## Score detection: make corpus CORPUS=folder-of-checkouts [LABELS=labels.jsonl]
	@python bench/corpus.py "$(CORPUS)" $(if $(LABELS),--labels "$(LABELS)")

.PHONY: clean
clean: ## Remove everything made here
	rm -rf $(VENV) demo drill build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info examples/harbour/.venv
