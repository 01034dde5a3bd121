#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# badinput.bats - what is not a spec, a root, or a place for state: one error, and nothing is left
#
# Specs that are refused for what stands in them are golden tests, tests/golden/bad.

load helpers

# One error on standard error, nothing on standard output
refused() {
	run --separate-stderr jail run "$ID"
	[ "$status" -ne 0 ]
	[ -z "$output" ]
	output=$stderr
	fails "$@"
}

@test "not JSON, truncated, empty, binary, a directory" {
	echo 'hello' > config.json
	refused config.json
	config . true
	size=$(stat -c %s config.json)
	cp config.json ../good.json
	for cut in 0 1 10 $((size / 3)) $((size / 2)) $((size - 3)); do
		head -c $cut ../good.json > config.json
		refused config.json
	done
	head -c 10000 /dev/urandom > config.json
	refused config.json
	rm config.json
	mkdir config.json
	refused config.json
	rmdir config.json
	ln -s config.json config.json
	refused config.json
	rm config.json
}

@test "a hundred megabytes" {
	{ printf '{"ociVersion":"'; head -c 100000000 /dev/zero | tr '\0' a; printf '"}'; } > config.json
	refused config.json
	head -c 100000000 /dev/zero | tr '\0' ' ' > config.json
	refused config.json
	head -c 100000000 /dev/zero | tr '\0' '[' > config.json
	refused config.json
	rm config.json
}

@test "no spec, no bundle" {
	refused config.json
	run jail run --bundle /no/such "$ID"
	fails /no/such
	run jail run /no/such/spec.json
	fails /no/such/spec.json
}

@test "the root: missing, a file, a symlink" {
	config '.root.path = "nosuch"' true
	refused "root.path"
	config '.root.path = "config.json"' true
	refused "root.path"
	ln -s rootfs link
	config '.root.path = "link"' true
	go
	[ "$status" = 0 ] || fails "root.path"
	ln -s nowhere dangling
	config '.root.path = "dangling"' true
	refused "root.path"
	config 'del(.root)' true
	refused root
	mkdir empty
	config '.root.path = "empty"' true
	try jail run "$ID"
	expect 127
	fails
}

@test "errors as JSON lines with --log-format json" {
	config '.root.path = "nosuch"' true
	run --separate-stderr jail --log-format json run "$ID"
	[ "$status" -ne 0 ]
	[ -z "$output" ]
	[ "$(wc -l <<< "$stderr")" = 1 ]
	[ "$(jq -r '.level' <<< "$stderr")" = error ]
	[[ $(jq -r .msg <<< "$stderr") == *root.path* ]]
	jq -e .time <<< "$stderr" > /dev/null
	run --separate-stderr jail --log-format json --log ../log run "$ID"
	[ "$status" -ne 0 ]
	jq -e 'select(.level == "error")' ../log > /dev/null
	printf '{"ociVersion": "1.0.0", "\\u0001\\"\xff' > config.json
	run --separate-stderr jail --log-format json run "$ID"
	[ "$status" -ne 0 ]
	[ "$(wc -l <<< "$stderr")" = 1 ]
	jq -e .msg <<< "$stderr" > /dev/null
}

@test "a log file in JSON has the error alone, as podman reads it; warnings with --debug" {
	config '.process.capabilities |= map_values(. + ["CAP_OF_TOMORROW"])' /no/such/program
	run --separate-stderr jail --log-format json --log ../log create "$ID"
	[ "$(jq -r .level <<< "$stderr" | tr '\n' ' ')" = "warning error " ]
	[ "$(jq -s -r 'map(.level) | join(" ")' ../log)" = error ]
	run --separate-stderr jail --debug --log-format json --log ../debug create "$ID"
	[ "$(jq -s 'any(.level == "warning")' ../debug)" = true ]
	run --separate-stderr jail --log ../text create "$ID"
	grep -q warning ../text
}

@test "control characters of a spec do not reach the terminal" {
	config '.hostname = "a\u001b[2Jb"' true
	go
	[ "$status" = 0 ] || [[ $output != *$'\033'* ]]
	config '.root.path = "no\u001b[2J\nsuch"' true
	go
	[ "$status" -ne 0 ]
	[[ $output != *$'\033'* ]]
	fails
}

@test "a full disk under the state directory" {
	mkdir ../state
	mount -t tmpfs -o mode=700,size=4k,nr_inodes=100 tmpfs ../state
	head -c 4096 /dev/zero > ../state/filler || true
	config . true
	run jail --root "$BATS_TEST_TMPDIR/state" run "$ID"
	fails
	contains "No space left on device"
	rm ../state/filler
	run ls -A ../state
	[ -z "${output#.cache}" ]
	umount ../state
	mount -t tmpfs -o mode=700,nr_inodes=4 tmpfs ../state
	run jail --root "$BATS_TEST_TMPDIR/state" run "$ID"
	[ "$status" = 0 ] || fails
	run ls -A ../state
	[ -z "${output#.cache}" ]
	umount ../state
}

@test "a read-only state directory, one that is a file, one that others own" {
	mkdir ../state
	mount -t tmpfs -o mode=700,ro tmpfs ../state
	config . true
	run jail --root "$BATS_TEST_TMPDIR/state" run "$ID"
	fails "Read-only file system"
	umount ../state
	run jail --root "$BUNDLE/config.json" run "$ID"
	fails
	run jail --root /dev/null/x run "$ID"
	fails
}

@test "a disk that is full under the root" {
	mkdir ../small
	mount -t tmpfs -o size=4k,nr_inodes=8 tmpfs ../small
	mkdir ../small/dev ../small/proc ../small/sys
	config ".root.path = \"$BATS_TEST_TMPDIR/small\" | .mounts += [range(20) | {destination: \"/m\(.)\", type: \"tmpfs\", source: \"t\"}]" true
	go
	fails "mounts["
	contains "No space left on device"
	umount ../small
}

@test "unsupported versions" {
	for v in 0.9.0 2.0.0 1 1.2 '' x 1.0.0.0; do
		config ".ociVersion = \"$v\"" true
		refused ociVersion
	done
	for v in 1.0.0 1.0.2-dev 1.1.0 1.2.1 1.3.0 1.99.0; do
		config ".ociVersion = \"$v\"" true
		go
		expect 0 ""
	done
	config 'del(.ociVersion)' true
	go
	[ "$status" = 0 ] || fails
}

@test "a failure in the middle leaves nothing: mounts, cgroup, state, pid file" {
	config '.mounts += [{"destination": "/a", "type": "tmpfs", "source": "t"}, {"destination": "/b", "source": "/no/such", "options": ["bind"]}]' true
	for verb in run create; do
		run jail $verb --pid-file ../pid "$ID"
		fails "mounts[5]"
		gone ../pid
		gone $ROOT/"$ID"
		gone $CGROUP/jail/"$ID"
		[ -z "$(leftovers)" ]
	done
}

@test "no cgroup2 anywhere: a clear error" {
	config . true
	run unshare -m sh -c 'umount -l /sys/fs/cgroup; exec "$JAIL" run "$0"' "$ID"
	fails cgroup2
}
