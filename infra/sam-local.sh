#!/bin/sh
# What `sam local` needs on a machine that fetches no images: an engine, an image made of SAM's own emulator, functions
# built for this machine.
#
# usage: sam-local.sh test|serve           runs TestSAMLocal, once or until it is interrupted
#        sam-local.sh image NAME=VALUE...  makes the functions' image, with variables of its own
set -eu
cd "$(dirname "$0")/.."
SAM=build/sam/bin
export SAM_CLI_TELEMETRY=0

image() {
	root=$(mktemp -d)
	rapid=$($SAM/python -c 'import os, samcli.local as l; print(os.path.join(os.path.dirname(l.__file__), "rapid"))')
	mkdir -p "$root/var/rapid" "$root/var/task" "$root/tmp" "$root/etc/ssl/certs"
	cp "$rapid/aws-lambda-rie-$(uname -m | sed s/aarch64/arm64/)" "$root/var/rapid/aws-lambda-rie"
	[ ! -f /etc/ssl/certs/ca-certificates.crt ] || cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
	# The template says arm64: that is the tag that sam looks for, whatever is inside.
	for variable; do
		set -- "$@" --change "ENV $variable"
		shift
	done
	tar -C "$root" -c . | docker import "$@" - hookline/local:rapid-arm64
	rm -rf "$root"
}

# engine finds a container engine or starts one of its own, which ends with this script.
engine() {
	docker info >/dev/null 2>&1 && return
	if ! command -v dockerd >/dev/null || [ "$(id -u)" != 0 ]; then
		echo 'left out: sam local (no container engine runs here)'
		[ "${CI:-}" != true ] || exit 1
		exit 0
	fi
	work=$(mktemp -d)
	dockerd --data-root "$work/data" --exec-root "$work/exec" --pidfile "$work/pid" -H "unix://$work/socket" >"$work/log" 2>&1 &
	dockerd=$!
	export DOCKER_HOST="unix://$work/socket"
	trap 'docker ps -aq --filter label=sam.cli.container.type=lambda | xargs -r docker rm -f >/dev/null; kill $dockerd; wait $dockerd || :; rm -rf "$work"' EXIT
	tries=0
	until docker info >/dev/null 2>&1; do
		tries=$((tries + 1))
		[ $tries -lt 100 ] || { cat "$work/log" >&2; exit 1; }
		sleep 0.1
	done
}

case $1 in
image)
	shift
	image "$@"
	;;
test | serve)
	engine
	LAMBDA_ARCH=$(go env GOARCH) $SAM/sam build --build-in-source --build-dir build/sam-local >/dev/null 2>&1
	HOOKLINE_SAM=$1 REQUIRE_EMULATORS=1 go test -count=1 -timeout 0 -v -run '^TestSAMLocal$' ./infra/lambda
	;;
*)
	sed -n 's/^# usage: //p; s/^#        sam/sam/p' "$0" >&2
	exit 2
	;;
esac
