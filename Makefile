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

# The folders of functions/ are the functions; local is the program for one machine.
FUNCTIONS = $(filter-out local,$(notdir $(wildcard functions/*)))
LAMBDA_ARCH ?= arm64

# What a function runs on Lambda: one recipe, which sam build calls as build-NAMEFunction.
bootstrap:
	@CGO_ENABLED=0 GOOS=linux GOARCH=$(LAMBDA_ARCH) go build -trimpath -buildvcs=false -tags lambda.norpc -ldflags '-s -w' \
		-o '$(ARTIFACTS_DIR)/bootstrap' ./functions/$(FUNCTION)

build-%Function:
	@$(MAKE) -s bootstrap FUNCTION=$$(echo $* | tr '[:upper:]' '[:lower:]') ARTIFACTS_DIR='$(ARTIFACTS_DIR)'

lambdas: ## build/lambda/NAME/bootstrap for every function, as sam build makes them
	@for name in $(FUNCTIONS); do $(MAKE) -s bootstrap FUNCTION=$$name ARTIFACTS_DIR=build/lambda/$$name || exit 1; done

run: build ## the example bot on a simulated Telegram; on the real one where TELEGRAM_TOKEN is set
	@if [ -n "$$TELEGRAM_TOKEN" ]; then exec build/hookline serve --bot $(EXAMPLE); \
	else exec build/hookline serve --simulate --bot $(EXAMPLE); fi

# What the machine lacks is left out and said last; with CI=true it is a failure. CGO_ENABLED is 0 where Go finds no C
# compiler, which the race detector needs.
test: ## every check there is
	@set -e; race=-race; left='known vulnerabilities (make vuln)'; missing=; \
	if [ "$$(go env CGO_ENABLED)" != 1 ]; then race=; missing="$$missing, the race detector (no C compiler)"; fi; \
	if command -v java >/dev/null && command -v mvn >/dev/null; then $(MAKE) -s emulators; REQUIRE_EMULATORS=1; export REQUIRE_EMULATORS; \
	else missing="$$missing, DynamoDB and SQS (no Java or Maven)"; fi; \
	if command -v python3 >/dev/null; then $(MAKE) -s translator dialect fuzz-api; else missing="$$missing, the template through SAM, the dialect of bots' templates and fuzz-api (no Python)"; fi; \
	if [ "$$CI" = true ] && [ -n "$$missing" ]; then echo "would be left out: $${missing#, }" >&2; exit 1; fi; \
	unformatted=$$(gofmt -l functions infra shared); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:" $$unformatted >&2; exit 1; fi; \
	set -x; \
	go vet ./...; \
	go run $(STATICCHECK) ./...; \
	go mod verify; \
	go mod tidy -diff; \
	go test $$race ./...; \
	set +x; echo "left out: $$left$$missing"

# DynamoDB Local and ElasticMQ, for the tests of the AWS adapters: see infra/emulators. Maven puts a relative path beside the
# pom, so this one is absolute.
emulators: build/emulators/.stamp ## the servers that stand in for DynamoDB and SQS in tests (needs Java and Maven)

build/emulators/.stamp: infra/emulators/pom.xml
	@rm -rf build/emulators
	mvn -B -q -C -f $< dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory='$(CURDIR)/build/emulators'
	@touch $@

# A Python environment for each list of what is needed of it: SAM's own translator, its command line, checkov, schemathesis.
build/%/.stamp: infra/requirements-%.txt
	@rm -rf build/$*
	python3 -m venv build/$*
	build/$*/bin/pip install -q --disable-pip-version-check -r $<
	@touch $@

translator: build/translator/.stamp

dialect: build/jinja/.stamp ## what templates are expected to make is what Jinja2 makes (needs Python)
	@build/jinja/bin/python shared/template/testdata/jinja.py --check

fuzz-api: build build/schemathesis/.stamp ## the management API against calls made of its OpenAPI document, for 25 s (needs Python)
	@infra/fuzz-api.sh

sam-checks: build/sam/.stamp build/checkov/.stamp ## template.yaml before sam validate, cfn-lint and checkov (needs Python)
	@export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=eu-central-1; \
	build/sam/bin/sam validate && build/sam/bin/sam validate --lint && build/sam/bin/cfn-lint template.yaml && \
	build/checkov/bin/checkov -f template.yaml --framework cloudformation --compact --quiet --skip-download 2>/dev/null

test-sam: build/sam/.stamp emulators ## the functions under sam local, where a container engine can run
	@infra/sam-local.sh test

sam-local: build/sam/.stamp emulators ## the same, until Ctrl-C
	@infra/sam-local.sh serve

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

bench: ## what matching, templates, turns and publishing cost, and how many messages a second the whole program takes here
	@go test -run '^$$' -bench . -benchtime 500ms ./shared/match ./shared/engine | grep ^Benchmark
	@cd infra/bench && go test -run '^$$' -bench . -benchtime 500ms ./... | grep ^Benchmark
	@HOOKLINE_BENCH=1 go test -count=1 -v -run '^TestBench' ./functions/local

bench-aws: emulators ## what the Lambda functions weigh, how soon they answer, and what a message costs
	@HOOKLINE_BENCH=1 REQUIRE_EMULATORS=1 go test -count=1 -v -run '^TestBench$$' ./infra/lambda

clean: ## remove what was built
	rm -rf build

.PHONY: help build bootstrap lambdas run test emulators translator dialect fuzz-api sam-checks test-sam sam-local vuln fuzz bench bench-aws clean
