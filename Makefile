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
$(VENV)/ready: pyproject.toml .ci/make-venv .ci/constraints.txt
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

# on every processor; a file's tests stay together, and share its servers; one that hangs fails after ten minutes
SIDE_BY_SIDE := -n logical --maxprocesses 8 --dist loadfile --timeout 600 --durations 15
# in CI one that fails is tried once more, and the summary names it: a mirror stalls, a machine is busy. What a random test has
# found it finds again.
TWICE := $(if $(filter true,$(CI)),--reruns 1 -rR)

# --- what CI runs -----------------------------------------------------------------------------------------------------
.PHONY: test
test: ## Everything: lint, unit tests (the wheel too), the example, lab hosts with the short drill
	@.ci/steps setup lint unit-test example-test host-test
	@echo "all tests passed"

.PHONY: lint
lint: $(VENV)/ready ## ruff, mypy --strict; yamllint, ansible-lint and terraform fmt for every blueprint and what is generated of it
	ruff check toolkit tests bench
	ruff format --check toolkit tests bench
	mypy
	yamllint --strict playbooks toolkit/generate/files
	.ci/lint-generated

.PHONY: unit-test
unit-test: $(VENV)/ready ## Tests that need no lab hosts
	.ci/debian-packages age postgresql python3-psycopg2 mariadb-server python3-pymysql zstd chromium chromium-driver git kannel knot knot-dnssecutils nginx-light \
	  libnginx-mod-http-modsecurity modsecurity-crs \
	  $(shell command -v npm >/dev/null || echo nodejs npm) $(shell command -v go >/dev/null || echo golang-go) \
	  $(shell command -v javac >/dev/null || echo default-jdk-headless) $(shell command -v mvn >/dev/null || echo maven)
	pytest $(SIDE_BY_SIDE) $(TWICE)

.PHONY: attack
attack: $(VENV)/ready ## Hostile trees, kills, forged documents and strings, a lab's ports, by the hundred: what crashed, hung, leaked, was lost
	python tests/hostile/attack.py

.PHONY: wheel-test
wheel-test: $(VENV)/ready ## Build the wheel, install it into an empty environment, use it without the source tree
	pytest tests/wheel

.PHONY: example-test
example-test: ## The example platform's own tests, against stand-ins
	.ci/debian-packages chromium chromium-driver postgresql $(shell apt-cache show valkey-server >/dev/null 2>&1 && echo valkey-server || echo redis-server)
	$(MAKE) --no-print-directory -C examples/harbour test

.PHONY: host-test
host-test: $(VENV)/ready ## Tests on real lab hosts: the lab, tools, rebuild and restore, the short drill, every service
	.ci/debian-packages chromium chromium-driver curl \
	  $(shell command -v npm >/dev/null || echo nodejs npm) $(shell command -v mvn >/dev/null || echo maven)
	@.ci/host-test $(patsubst %,tests/host/test_%.py,auth support lab tools_on_hosts rebuild drill otp_gateway)

.PHONY: service-test
service-test: $(VENV)/ready ## Longer still: ports and crossings scanned, a desk with browsers, name servers, edges, engines, go-bags, public certificates, an app repository
	.ci/debian-packages chromium chromium-driver curl $(shell command -v mvn >/dev/null || echo maven) \
	  $(shell command -v npm >/dev/null || echo nodejs npm)
	@.ci/host-test $(patsubst %,tests/host/test_%.py,firewall transport support_sso mariadb stranger gobag container \
	  queues_and_caches dns edge guard acme status_page drill_bag clock app_repository push)

.PHONY: test-all
test-all: ## All of it, some hours: make test, make service-test, make drill
	@.ci/steps test service-test drill

# --- figures ----------------------------------------------------------------------------------------------------------
.PHONY: bench
bench: $(VENV)/ready ## Benchmarks, side by side with the peers; prints ratios
	.ci/debian-packages ripgrep
	@for script in bench/*.py; do case $$script in bench/corpus.py|bench/findings.py|bench/programs.py|bench/strangers.py|bench/turns.py|bench/flood.py) ;; *) echo "== $$script"; python $$script ;; esac; done

.PHONY: corpus
corpus: $(VENV)/ready ## Score detection: make corpus CORPUS=folder-of-checkouts [LABELS=labels.jsonl]
	@python bench/corpus.py "$(CORPUS)" $(if $(LABELS),--labels "$(LABELS)")

.PHONY: strangers
strangers: $(VENV)/ready ## Take programs from checkout to platform: make strangers CORPUS=folder [BY_HAND=folder] [APPLY=1] (root)
	@python bench/strangers.py "$(CORPUS)" $(if $(BY_HAND),--by-hand "$(BY_HAND)") $(if $(APPLY),--apply)

.PHONY: newest
newest: ## Take in the newest versions of all packages: writes .ci/constraints.txt, sets up anew
	: >.ci/constraints.txt
	rm -rf $(VENV) && .ci/make-venv $(VENV)
	$(BIN)/pip freeze --exclude-editable | LC_ALL=C sort -f >.ci/constraints.txt
	@touch $(VENV)/ready

.PHONY: docs
docs: $(VENV)/ready ## The documentation as a site, searchable without a network (site/index.html), and the man page
	rm -rf build/docs && python docs/pages.py build/docs
	sphinx-build -q -W --keep-going -c docs build/docs site
	sphinx-build -q -b man -c docs build/docs site
	@echo "open site/index.html; man site/offramp.1"

.PHONY: release
release: $(VENV)/ready ## Build what is published into dist/: sdist, wheel, bill of materials, notes, checksums
	.ci/release dist

.PHONY: clean
clean: ## Remove everything made here
	rm -rf $(VENV) demo drill site build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis *.egg-info examples/harbour/.venv
