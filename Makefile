# The repository's verbs; `make help` lists them.

SWIFT ?= swift
# Every import has to be declared in Package.swift: the layers hold because the build checks them.
BUILD_FLAGS := --explicit-target-dependency-import-check error
# Package.swift reads it: what simulated runs spend their time in is optimised, also while it is developed and tested.
export LOCKSTEP_OPTIMIZED := yes
# With the Swift runtime linked in, the daemon takes a tenth less processor time, and needs no toolchain where it runs.
RELEASE_FLAGS := --configuration release --static-swift-stdlib
FORMATTED := Sources workflows Tests sql Plugins Package.swift
LOCKSTEP = "$$($(SWIFT) build --show-bin-path)/lockstep"
PYTHON_TESTS := $(wildcard Tests/*/*.py Tests/*/*/*.py)

.DEFAULT_GOAL := help
.PHONY: help dependencies build demo dev bench bench-peers test soak lint format diagrams docs

help: ## print this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | while IFS="$$(printf '\t')" read -r verb what; do \
		printf '  make %-13s %s\n' "$$verb" "$$what"; done

dependencies: ## install the system packages that are missing (Debian, Ubuntu)
	@scripts/install-dependencies
ifneq ($(PYTHON_TESTS),)
	@scripts/python-environment
endif

build: dependencies ## build the daemon, debug
	$(SWIFT) build $(BUILD_FLAGS) --product lockstep

demo: build ## a payout from enqueue to arrival, on a private PostgreSQL and a sandbox
	@exec $(LOCKSTEP) demo $(ARGS)

dev: build ## daemon and sandbox on a private PostgreSQL, until interrupted
	@exec $(LOCKSTEP) dev $(ARGS)

bench: dependencies ## measure how fast it is, on a PostgreSQL of its own; ARGS="--figures transitions" for some
	$(SWIFT) build $(BUILD_FLAGS) $(RELEASE_FLAGS) --product lockstep
	@exec "$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/lockstep" bench $(ARGS)

bench-peers: dependencies ## measure engines of others beside it, from Python's index; ARGS="--peers awa --json" for some
	@python3 -c 'import ensurepip' 2>/dev/null || scripts/install-dependencies python3 python3-venv
	@python3 -B bench/peers/run.py $(ARGS)

# One after the other, so that what waits for servers and processes doesn't take the threads from what computes.
TEST_GROUPS := Time|Domain|Crypto|WorkflowCore|Workflow|Engine|Configuration|Webhooks|Bench|Tidy \
	Dfns|DfnsSandbox|PontisGlobe|PontisSandbox|DollarPe|DollarPeSandbox|BorderlessPayments|BorderlessPaymentsSandbox|BorderlessXYZ|BorderlessXYZSandbox \
	HTTP Postgres SQL Store Simulator Process

test: dependencies ## build and run every test; FILTER=Name runs some
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
ifdef FILTER
	$(SWIFT) test --skip-build --disable-xctest --filter '$(FILTER)'
else
	@set -e; for group in $(foreach group,$(TEST_GROUPS),'$(group)'); do \
		echo "== $$group"; \
		$(SWIFT) test --skip-build --disable-xctest --filter "^($$group)Tests[.]"; \
	done
endif

SECONDS ?= 120
JOBS ?= 20000

soak: dependencies ## two daemons under load, killed again and again, and PostgreSQL restarted; SECONDS=120 JOBS=20000
	$(SWIFT) build $(BUILD_FLAGS) --build-tests
	$(SWIFT) build $(BUILD_FLAGS) $(RELEASE_FLAGS) --product lockstep
	LOCKSTEP_EXECUTABLE="$$($(SWIFT) build $(RELEASE_FLAGS) --show-bin-path)/lockstep" \
		LOCKSTEP_SOAK_SECONDS=$(SECONDS) LOCKSTEP_SOAK_JOBS=$(JOBS) \
		$(SWIFT) test --skip-build --disable-xctest --filter '^ProcessTests[.]SoakTests'

lint: ## check the formatting; silent when all is well
	@$(SWIFT) format lint --strict --recursive --parallel $(FORMATTED)

format: ## format everything in place
	@$(SWIFT) format format --in-place --recursive --parallel $(FORMATTED)

diagrams: build ## redraw each flow's picture and matrix from its code
	@scripts/draw-diagrams $(LOCKSTEP)

docs: ## build the API documentation as a DocC archive
	@scripts/build-documentation
