#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cli_options.bats - global options, verbs, misuse: what the command says, and how

load cli_helpers

setup() {
	cli_setup
}

# Runs jail; output is standard error, standard output has to stay empty.
fails() {
	run bash -c '"$0" "$@" 2>&1 >out' "$JAIL" "$@"
	[ "$status" -eq 1 ]
	[ ! -s out ]
	one_line
}

@test "--version names the version and the specification" {
	run "$JAIL" --version
	[ "$status" -eq 0 ]
	[[ ${lines[0]} =~ ^jail\ version\ [0-9]+\.[0-9]+\.[0-9]+$ ]]
	[[ ${lines[1]} =~ ^spec:\ 1\.[0-9]+\.[0-9]+$ ]]
	run "$JAIL" -v
	[ "$status" -eq 0 ]
}

@test "--help names every verb" {
	run "$JAIL" --help
	[ "$status" -eq 0 ]
	for verb in $(verbs); do
		grep -q "^  $verb " <<<"$output" || { echo "no $verb"; return 1; }
	done
}

@test "every verb has --help with a synopsis, all of its options, and examples" {
	for verb in $(verbs); do
		run "$JAIL" "$verb" --help
		[ "$status" -eq 0 ]
		[[ ${lines[0]} == "Usage: jail $verb"* ]]
		for option in $(options_of "$verb"); do
			grep -q -- "$option" <<<"$output" || { echo "$verb: no $option"; return 1; }
		done
		grep -q '^Examples:' <<<"$output" || { echo "$verb: no examples"; return 1; }
		grep -q 'jail '"$verb" <<<"$output"
	done
}

@test "help VERB is VERB --help; -h, too" {
	for verb in $(verbs); do
		[ "$("$JAIL" help "$verb")" = "$("$JAIL" "$verb" --help)" ]
		[ "$("$JAIL" "$verb" -h)" = "$("$JAIL" "$verb" --help)" ]
	done
	[ "$("$JAIL" help)" = "$("$JAIL" --help)" ]
}

@test "no line of help is wider than 100 columns" {
	for verb in $(verbs); do
		"$JAIL" help "$verb"
	done | LC_ALL=C.UTF-8 awk 'length($0) > 100 { print; bad = 1 } END { exit bad }'
}

@test "no verb" {
	fails
	[ "$output" = "jail: no verb given, see jail --help" ]
}

@test "an unknown verb, and what was meant" {
	fails rnu
	[ "$output" = 'jail: unknown verb "rnu", did you mean run?' ]
	fails frobnicate
	[ "$output" = 'jail: unknown verb "frobnicate", see jail --help' ]
	fails help lsit
	[ "$output" = 'jail: unknown verb "lsit", did you mean list?' ]
}

@test "an unknown option, and what was meant" {
	fails run --detahc
	[ "$output" = "jail: run: unknown option --detahc, did you mean --detach?" ]
	fails run --zzzzzz
	[ "$output" = "jail: run: unknown option --zzzzzz, see jail run --help" ]
	fails start -Z
	[ "$output" = "jail: start: unknown option -Z, see jail start --help" ]
}

@test "an abbreviated option is not guessed at" {
	fails run --det x.json
	[ "$output" = "jail: run: unknown option --det, did you mean --detach?" ]
}

@test "a global option behind the verb" {
	fails list --root /x
	[ "$output" = "jail: list: option --root goes before the verb: jail --root … list" ]
}

@test "a value that is missing, or not one of the choices" {
	fails --root
	[ "$output" = "jail: --root needs a value: --root DIR" ]
	fails --log-format xml list
	[ "$output" = 'jail: --log-format: "xml" is not one of: text json' ]
	fails run --preserve-fds many x
	[ "$output" = 'jail: run: --preserve-fds: "many" is not a number' ]
	fails run --preserve-fds 4294967296 x
	fails run --detach=maybe x
	[ "$output" = 'jail: run: --detach: "maybe" is not true or false' ]
}

@test "too few arguments, too many" {
	fails start
	[ "$output" = "jail: start: too few arguments, usage: jail start ID" ]
	fails state a b
	[ "$output" = "jail: state: too many arguments, usage: jail state ID" ]
	fails kill
	fails delete
	fails list x
}

@test "options may stand behind the arguments" {
	touch config.json
	fails spec --bundle nowhere
	a=$output
	fails spec --bundle=nowhere
	[ "$output" = "$a" ]
	fails spec -b nowhere
	[ "$output" = "$a" ]
	fails spec -bnowhere
	[ "$output" = "$a" ]
	run j kill nobody KILL --all
	[ "$status" -eq 1 ]
	[[ $output != *option* ]]
}

@test "what follows the id of exec belongs to the command" {
	run j exec nobody sh -c --not-ours
	[ "$status" -eq 255 ]
	[[ $output != *option* ]]
	one_line
}

@test "what follows run --rootfs DIR belongs to the command" {
	run j run --name x --rootfs "$BATS_TEST_TMPDIR/nowhere" sh --not-ours
	[ "$status" -ne 0 ]
	[[ $output != *option* ]]
	run j run --rootfs "$BATS_TEST_TMPDIR/nowhere" -- --not-ours
	[[ $output != *option* ]]
}

@test "exec that cannot run exits with 255" {
	run j exec nobody true
	[ "$status" -eq 255 ]
	one_line
	run j exec nobody
	[ "$status" -eq 255 ]
	run j exec --process nowhere.json nobody
	[ "$status" -eq 255 ]
	[[ $output == *"read process file nowhere.json: No such file or directory" ]]
	echo '{}' >p.json
	run j exec --process p.json nobody true
	[ "$status" -eq 255 ]
	[ "$output" = "jail: exec: a command or --process, not both" ]
}

@test "--log-format json: one JSON line" {
	run "$JAIL" --log-format json --root "$ROOT" state nobody
	[ "$status" -eq 1 ]
	one_line
	jq -e '.level == "error" and (.msg | contains("nobody")) and
	       (.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z$"))' <<<"$output"
	run "$JAIL" --log-format json start
	jq -e '.msg | startswith("start: too few")' <<<"$output"
}

@test "--log-format json: quotes, control characters and bytes that are not UTF-8" {
	run "$JAIL" --log-format json --root "$ROOT" kill x $'a"b\\c\n\e[1m\xff\xc3\xa9'
	[ "$status" -eq 1 ]
	one_line
	[ "$(jq -r .msg <<<"$output")" = $'kill: unknown signal "a"b\\c\n\e[1m\xef\xbf\xbd\xc3\xa9"' ]
}

@test "text messages stay on one line and do not reach the terminal's controls" {
	run "$JAIL" --root "$ROOT" kill x $'a\nb\e[1m\xff'
	[ "$output" = 'jail: kill: unknown signal "a\x0ab\x1b[1m\?"' ]
}

@test "--log: the same line at the end of a file" {
	echo before >log
	run "$JAIL" --log log --log-format json --root "$ROOT" state nobody
	[ "$status" -eq 1 ]
	[ "$(sed -n 1p log)" = before ]
	[ "$(sed -n 2p log)" = "$output" ]
	[ "$(wc -l <log)" -eq 2 ]
	fails --log /nowhere/log list
	[ "$output" = "jail: open log file /nowhere/log: No such file or directory" ]
}

@test "what engines write: --flag=true, --rootless MODE, --systemd-cgroup" {
	run j --rootless=auto --systemd-cgroup=false --debug=false list -q
	[ "$status" -eq 0 ]
	run j --rootless false list -q
	[ "$status" -eq 0 ]
}

@test "closed standard descriptors" {
	run bash -c '"$0" --root "$1" state nobody <&- >&- 2>&-' "$JAIL" "$ROOT"
	[ "$status" -eq 1 ]
	"$JAIL" --version <&-
}

@test "a full disk is not success" {
	run bash -c '"$0" --help >/dev/full' "$JAIL"
	[ "$status" -eq 1 ]
	[ "$output" = "jail: write to standard output: No space left on device" ]
}

@test "spec writes config.json, and not over one" {
	run "$JAIL" spec
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	jq -e '.ociVersion' config.json
	fails spec
	[ "$output" = "jail: spec: config.json exists, remove it first" ]
	"$JAIL" spec --short
	jq -e 'has("ociVersion") | not' spec.json
	mkdir bundle
	"$JAIL" spec --bundle bundle
	[ -s bundle/config.json ]
	run "$JAIL" spec --expand spec.json
	[ "$status" -eq 0 ]
	jq -e '.ociVersion and .linux.namespaces' <<<"$output"
	fails spec --expand spec.json --short
}

@test "run: what the argument means" {
	fails --root "$ROOT" run
	[ "$output" = "jail: run: name a spec or a bundle, there is no config.json here" ]
	fails --root "$ROOT" run web
	[[ $output == "jail: run: web is neither a spec nor a bundle,"* ]]
	fails --root "$ROOT" run ./web
	[[ $output == *web*"No such file or directory" ]]
	fails --root "$ROOT" run --bundle . web x
	fails --root "$ROOT" run a b c
	[[ $output == *"--rootfs DIR -- CMD" ]]
}

@test "list: nothing there is a heading, an empty array, nothing" {
	run j list
	[ "$status" -eq 0 ]
	[[ $output =~ ^ID\ +PID\ +STATUS\ +BUNDLE\ +CREATED\ +OWNER$ ]]
	[ "$(j list --format json)" = "[]" ]
	[ -z "$(j list -q)" ]
}

@test "delete --force of what does not exist is done" {
	run j delete --force nobody
	[ "$status" -eq 0 ]
	run j delete nobody
	[ "$status" -eq 1 ]
	one_line
	run j delete --regex 'no(body'
	[ "$status" -eq 1 ]
	run j delete --regex 'nobody.*'
	[ "$status" -eq 0 ]
}
