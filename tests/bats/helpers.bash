# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# helpers.bash - what all suites that make jails share
#
# A test makes a bundle with config(), runs jail, looks at $status and $output, and deletes what it
# made.  teardown() fails the test if a process, cgroup, mount, link or state file is left.

bats_require_minimum_version 1.5.0

ROOT=/run/jail
# Where output goes by default: FNV-1a of ROOT
LOGS=${JAIL_DATA_DIR:-/var/lib/jail}/logs/7a3b72b3adcdc8d8
CGROUP=/sys/fs/cgroup
export PATH=$JAIL_TEST/bin:$PATH
# Everything takes that much longer here: for what waits, not for what measures
SLOW=${TEST_SLOW:-1}
# shellcheck source=tests/bats/needs.bash
source "${BASH_SOURCE[0]%/*}/needs.bash"

# ---- before and after each test ----

# Outside it nothing may be touched, least of all by teardown().
in_sandbox() {
	[ -n "${JAIL_BATS-}" ]
}

setup() {
	in_sandbox || skip "needs the sandbox: use tests/bats/run FILE"
	ID=t$BATS_TEST_NUMBER
	BACKGROUND=()
	BUNDLE=$BATS_TEST_TMPDIR/b
	mkdir "$BUNDLE"
	cp -al "$JAIL_TEST/rootfs" "$BUNDLE/rootfs"
	cd "$BUNDLE" || return
	BEFORE=$(state_of_host)
	if declare -F local_setup >/dev/null; then
		local_setup
	fi
}

teardown() {
	local pid left tries=$((20 * SLOW))
	cd /
	in_sandbox || return 0
	for pid in "${BACKGROUND[@]}"; do
		kill -9 "$pid" 2>/dev/null || true
	done
	if declare -F local_teardown >/dev/null; then
		local_teardown
	fi
	while left=$(leftovers) && [ -n "$left" ] && ((tries--)); do
		sleep 0.05
	done
	[ -z "$left" ] && return
	clean_up
	echo "left behind:" "$left"
	return 1
}

# Everything of the host that a jail could leave something in, one thing a line.  This and what follows
# runs for each test: without programs, which would take longer than most tests.
state_of_host() {
	local root point options rest name
	while read -r _ _ _ root point options rest; do
		echo "mount $root $point $options ${rest#*- }"        # without its peers' numbers
	done < /proc/self/mountinfo
	while IFS=' :' read -r name rest; do
		echo "link $name"
	done < /proc/net/dev
	echo "hostname $(</proc/sys/kernel/hostname)"
	echo "domainname $(</proc/sys/kernel/domainname)"
}

show_process() {
	! [ -e "/proc/$1/exe" ] || echo "process $1 $(tr '\0' ' ' < "/proc/$1/cmdline")"
} 2>/dev/null

# Those of jail among the processes $@
jails_own() {
	local pid name
	for pid; do
		{ read -r name < "/proc/$pid/comm"; } 2>/dev/null || continue
		if [[ $name == memfd:jail* ]] || [ "/proc/$pid/exe" -ef "$JAIL" ]; then
			show_process "$pid"
		fi
	done
}

# Those of jail, and those that are in no cgroup of their own and not in the runner's either
processes() {
	local pid
	for pid in $(<$CGROUP/cgroup.procs); do
		show_process "$pid"
	done
	# shellcheck disable=SC2046
	jails_own $(<$CGROUP/runner/cgroup.procs)
}

cgroups() {
	local f
	for f in "$CGROUP"/*/ "$CGROUP"/jail/*/; do
		case $f in
		*/\*/ | "$CGROUP/jail/" | "$CGROUP/runner/") ;;
		*) echo "cgroup $f" ;;
		esac
	done
}

state_files() {
	local f
	for f in "$ROOT"/* "$ROOT"/.[!.]* "$LOGS"/*; do
		case $f in
		*/\** | */.\[* | "$ROOT/.cache" | "$ROOT/.net") ;;
		*) echo "state $f" ;;
		esac
	done
}

# What was not there before: nothing is printed when all is clean
leftovers() {
	local now
	now=$(state_of_host)
	[ "$now" = "$BEFORE" ] || diff <(echo "$BEFORE") <(echo "$now") | grep '^[<>]'
	state_files
	cgroups
	processes
	return 0
}

# The hard way, so that one failed test does not fail all that follow
clean_up() {
	local f
	jail list -q 2>/dev/null | xargs -r "$JAIL" delete --force 2>/dev/null
	for f in "$CGROUP"/*/; do
		[ "$f" = $CGROUP/runner/ ] || echo 1 > "$f/cgroup.kill"
	done
	sleep 0.2
	find $CGROUP -mindepth 1 -depth -type d ! -path "$CGROUP/runner*" -exec rmdir {} + 2>/dev/null
	rm -rf $ROOT
} 2>/dev/null

# ---- bundles ----

base_config() {
	cat <<-'END'
	{
	  "ociVersion": "1.2.0",
	  "root": { "path": "rootfs" },
	  "process": {
	    "user": { "uid": 0, "gid": 0 }, "cwd": "/", "args": ["true"],
	    "env": ["PATH=/bin:/usr/bin", "TERM=xterm"],
	    "capabilities": {
	      "bounding": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
	      "effective": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"],
	      "permitted": ["CAP_KILL", "CAP_CHOWN", "CAP_SETUID", "CAP_SETGID"]
	    }
	  },
	  "mounts": [
	    { "destination": "/proc", "type": "proc", "source": "proc" },
	    { "destination": "/dev", "type": "tmpfs", "source": "tmpfs",
	      "options": ["nosuid", "strictatime", "mode=755", "size=65536k"] },
	    { "destination": "/dev/pts", "type": "devpts", "source": "devpts",
	      "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"] },
	    { "destination": "/sys", "type": "sysfs", "source": "sysfs",
	      "options": ["nosuid", "noexec", "nodev", "ro"] }
	  ],
	  "linux": {
	    "namespaces": [
	      { "type": "pid" }, { "type": "mount" }, { "type": "ipc" }, { "type": "uts" },
	      { "type": "network" }, { "type": "cgroup" }
	    ]
	  }
	}
	END
}

# config FILTER [ARG...]: config.json is the base, changed by a jq filter, running ARG...
config() {
	local filter=$1
	shift
	if (($#)); then
		filter=".process.args = \$ARGS.positional | $filter"
	fi
	base_config | jq "$filter" --args -- "$@" > config.json
}

# short FILTER [ARG...]: config.json is a short spec
short() {
	local filter=$1
	shift
	jq -n '{root: {path: "rootfs"}, process: {args: $ARGS.positional}} | '"$filter" --args -- "$@" > config.json
}

# ---- running ----

# jail ARG...: bounded, so that a hang is a failure and not a stop
jail() {
	timeout --foreground -k 2 $((${LIMIT:-20} * SLOW)) "$JAIL" "$@"
}

# try COMMAND...: $status and $output are its outcome, as with run, but any status is welcome
try() {
	status=0
	output=$("$@" 2>&1) || status=$?
}

# Run the bundle here in the foreground.
go() {
	try jail run "$@" "$ID"
}

# Run it in the background, without output.
up() {
	jail run -d --log-output none "$@" "$ID"
}

# A helper that ends with the test
background() {
	"$@" 3>&- 4>&- &
	BACKGROUND+=($!)
}

# The disk that the tests are on
disk() {
	local device
	device=/sys/dev/block/$(stat -c %Hd:%Ld .)
	[ -e "$device/partition" ] && device=$(dirname "$(realpath "$device")")
	cat "$device/dev"
}

# wait_for COMMAND...: until it succeeds, at most LIMIT seconds: long, because only a failure takes that long
wait_for() {
	local end=$((SECONDS + ${LIMIT:-20} * SLOW))
	until "$@" >/dev/null 2>&1; do
		((SECONDS <= end)) || {
			echo "in vain waited for: $*"
			return 1
		}
		sleep 0.02
	done
}

status_of() {
	jail state "$1" | jq -r .status
}

has_status() {
	[ "$(status_of "$1")" = "$2" ]
}

# So many processes are in its cgroup.
has_procs() {
	[ "$(wc -l < $CGROUP/jail/"$1"/cgroup.procs)" -eq "$2" ]
}

larger_than() {
	[ "$(stat -c %s "$1")" -gt "$2" ]
}

pid_of() {
	jail state "$1" | jq -r .pid
}

# Must find text in a file: for wait_for
has_line() {
	grep -q -e "$1" "$2"
}

# bats does not see the failure of "! command".
lacks_line() {
	if grep -e "$1" "$2"; then
		return 1
	fi
}

gone() {
	! [ -e "$1" ]
}

# ---- expecting ----

# expect STATUS [OUTPUT]
expect() {
	if [ "$status" != "$1" ] || { (($# > 1)) && [ "$output" != "$2" ]; }; then
		printf 'status %s, wanted %s; output:\n%s\n' "$status" "$1" "$output"
		if (($# > 1)); then
			printf 'wanted:\n%s\n' "$2"
		fi
		return 1
	fi
}

contains() {
	[[ $output == *"$1"* ]] && return
	printf 'output:\n%s\ndoes not contain:\n%s\n' "$output" "$1"
	return 1
}

lacks() {
	[[ $output != *"$1"* ]] && return
	printf 'output:\n%s\ncontains:\n%s\n' "$output" "$1"
	return 1
}

# matches REGEX
matches() {
	[[ $output =~ $1 ]] && return
	printf 'output:\n%s\ndoes not match:\n%s\n' "$output" "$1"
	return 1
}

# fails [TEXT]: not zero, and exactly one line, an error of ours, which contains TEXT
fails() {
	if [ "$status" = 0 ] || [ "$(wc -l <<< "$output")" != 1 ] || [[ $output != "jail: "* ]]; then
		printf 'status %s, not one error line:\n%s\n' "$status" "$output"
		return 1
	fi
	(($# == 0)) || contains "$1"
}
