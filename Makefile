# The test commands are `make test` and `make test-all`. They need Go, a C compiler (for -race) and make.

GO ?= go
export GOTOOLCHAIN = local
export GOFLAGS = -buildvcs=false
MODULES = cmd/jade benchmarks docs/schema observe/jadeprometheus observe/jadeotel observe/correlated guard/jadeotter guard/failsafe faas/lambda faas/gcf faas/cloudevents recover/realerrors durable/jadedbos

# tested vets and tests modules, and says which tests were skipped.
define tested
skipped=$$(mktemp); trap 'rm -f "$$skipped"' EXIT; \
for m in $(1); do \
	(cd $$m && $(GO) vet ./... && JADE_SKIPPED=$$skipped $(GO) test -race -timeout 30m ./...) || exit 1; \
done; \
if [ -s "$$skipped" ]; then echo "skipped:"; sort -u "$$skipped"; fi
endef

LINT = github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: test test-all format lint documents stress fuzz bench generate

# The root module, which has no dependency beyond samber/lo: formatted, vetted, generated files fresh (a test
# says so), and its tests under the race detector. Tests that need a browser or the like are skipped where that is
# not installed, which is said in the end; with JADE_REAL=1 they fail there. Tests that build programs again and again
# are for test-all.
test: format
	@$(call tested,.)

# Every module, every test, and those that the race detector has no room or no time for.
test-all: export JADE_ALL = 1
test-all: test
	@$(call tested,$(MODULES))
	@JADE_FULL=1 $(GO) test -run 'FullSize' ./future ./combinators
	@$(GO) test -run 'Rush' ./examples/orderpage

format:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi

# What .golangci.yml asks for, in every module, and what jade vet finds; and whether docs/flows is up to date. The
# linter is built first, which takes some minutes.
lint:
	@for m in . $(MODULES); do (cd $$m && $(GO) run $(LINT) run --timeout 10m ./...) || exit 1; done
	@$(with_jade) for m in . $(MODULES); do (cd $$m && $$bin/jade vet ./...) || exit 1; done; \
	$$bin/jade doc -o docs/flows -check ./examples/...

# Writes docs/flows.
documents:
	@$(with_jade) $$bin/jade doc -o docs/flows ./examples/...

# with_jade builds the command jade into the folder bin.
define with_jade
bin=$$(mktemp -d); trap 'rm -rf "$$bin"' EXIT; (cd cmd/jade && $(GO) build -o $$bin/jade .) || exit 1;
endef

# Many schedules of the random tests; minutes.
stress:
	@for p in 1 2 8; do \
		echo "GOMAXPROCS=$$p"; \
		GOMAXPROCS=$$p JADE_STRESS=1 $(GO) test -race -count=1 -timeout 30m ./future ./combinators ./recover ./deadline ./task ./flow ./trace ./durable/journal/internal/runlog || exit 1; \
	done

fuzz:
	@$(GO) test -run '^$$' -fuzz FuzzGraph -fuzztime 60s ./combinators
	@$(GO) test -run '^$$' -fuzz FuzzFlow -fuzztime 60s ./flow
	@$(GO) test -run '^$$' -fuzz FuzzLoad -fuzztime 60s ./durable/journal/internal/runlog
	@$(GO) test -run '^$$' -fuzz FuzzTrace -fuzztime 60s ./trace
	@$(GO) test -run '^$$' -fuzz FuzzSpans -fuzztime 60s ./trace
	@cd observe/jadeotel && $(GO) test -run '^$$' -fuzz FuzzAmazon -fuzztime 60s .

# Measures, and writes the table in docs/benchmarks.md.
bench:
	@cd benchmarks && $(GO) run .

generate:
	@$(GO) generate ./...
