# Go and make are all that is needed.

STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK = golang.org/x/vuln/cmd/govulncheck@v1.5.0
FUZZTIME = 30s
EXAMPLE = functions/local/examples/pizza.yaml

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1	\2/p' Makefile

# Nothing of the machine or the moment goes into the program: the same source gives the same bytes.
build: ## build/hookline
	@CGO_ENABLED=0 go build -trimpath -buildvcs=false -ldflags '-s -w' -o build/hookline ./functions/local

run: build ## the example bot on a simulated Telegram; on the real one where TELEGRAM_TOKEN is set
	@if [ -n "$$TELEGRAM_TOKEN" ]; then exec build/hookline serve --bot $(EXAMPLE); \
	else exec build/hookline serve --simulate --bot $(EXAMPLE); fi

# CGO_ENABLED is 0 where Go finds no C compiler, which the race detector needs.
test: ## every check there is
	@if [ "$$CI" = true ] && [ "$$(go env CGO_ENABLED)" != 1 ]; then \
		echo 'no C compiler: the race detector cannot run' >&2; exit 1; fi
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:" $$unformatted >&2; exit 1; fi
	go vet ./...
	go run $(STATICCHECK) ./...
	go mod verify
	go mod tidy -diff
	@if [ "$$(go env CGO_ENABLED)" = 1 ]; then \
		echo go test -race ./... && go test -race ./... && echo 'left out: known vulnerabilities (make vuln)'; \
	else \
		echo go test ./... && go test ./... && \
		echo 'left out: the race detector (no C compiler), known vulnerabilities (make vuln)'; \
	fi

# DynamoDB Local and ElasticMQ, for the tests of the AWS adapters: see infra/emulators. Maven puts a relative path beside the
# pom, so this one is absolute.
emulators: build/emulators/.stamp ## the servers that stand in for DynamoDB and SQS in tests (needs Java and Maven)

build/emulators/.stamp: infra/emulators/pom.xml
	@rm -rf build/emulators
	mvn -B -q -C -f $< dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory='$(CURDIR)/build/emulators'
	@touch $@

vuln: ## known vulnerabilities of what is used, where their database answers
	@report=$$(go run $(GOVULNCHECK) ./... 2>&1); status=$$?; echo "$$report"; \
	case $$report in *'fetching vulnerabilities'*) echo 'left out: the database does not answer'; exit 0;; esac; \
	exit $$status

fuzz: ## every fuzz target for FUZZTIME
	@go test -list '^Fuzz' ./... | \
	awk '/^Fuzz/ { target[n++] = $$1 } /^ok/ { for (i = 0; i < n; i++) print $$2, target[i]; n = 0 }' | \
	while read -r package target; do \
		echo "$$package $$target"; \
		go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) "$$package" </dev/null || exit 1; \
	done

bench: ## how many calls and messages a second the whole program takes here
	@HOOKLINE_BENCH=1 go test -count=1 -v -run '^TestBench' ./functions/local

bench-aws: emulators ## what the Lambda functions weigh, how soon they answer, and what a message costs
	@HOOKLINE_BENCH=1 REQUIRE_EMULATORS=1 go test -count=1 -v -run '^TestBench$$' ./infra/lambda

clean: ## remove what was built
	rm -rf build

.PHONY: help build run test emulators vuln fuzz bench bench-aws clean
