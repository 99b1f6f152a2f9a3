#!/bin/sh
# Calls every operation of the management API as its OpenAPI document allows and forbids, on a server of its own with
# simulated networks. Left out of schemathesis's checks are
#   positive_data_acceptance       a bot file is more than text, and what is named must be there
#   ignored_auth                   wrong tokens are slowed down, with 429; a test in shared/api walks every operation without one
#   ensure_resource_availability   it takes the secret of a token that was made for its id
#   allow_header_conformance       /dead/redrive is also where a letter of that name would be
#
# usage: fuzz-api.sh [SECONDS [SEED]]
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'kill "$server" 2>/dev/null || :; rm -rf "$work"' EXIT
build/hookline serve --simulate --addr 127.0.0.1:0 --data "$work/data" --bot functions/local/examples/pizza.yaml \
	>"$work/stdout" 2>"$work/stderr" &
server=$!
tries=0
until url=$(sed -n 's/^ready //p' "$work/stdout") && [ -n "$url" ]; do
	tries=$((tries + 1))
	if [ $tries -gt 100 ] || ! kill -0 "$server" 2>/dev/null; then
		cat "$work/stderr" >&2
		exit 1
	fi
	sleep 0.1
done
root=$PWD
cd "$work" # where schemathesis leaves what it remembers
if ! "$root/build/schemathesis/bin/st" run "$url/v1/openapi.json" -H "Authorization: Bearer $(cat "$work/data/admin-token")" \
	--checks all --exclude-checks positive_data_acceptance,ignored_auth,allow_header_conformance,ensure_resource_availability --warnings off \
	--max-time "${1:-25}" --seed "${2:-1}" --max-examples 20 --continue-on-failure --no-shrink >"$work/report" 2>&1; then
	cat "$work/report" >&2
	exit 1
fi
kill "$server"
wait "$server"
if grep panic "$work/stderr" >&2; then
	exit 1
fi
sed -n 's/^ *\([0-9]*\) generated.*/the API held against \1 calls/p' "$work/report"
