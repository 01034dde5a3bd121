# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# lab.bash - a small world for the suites about networks
#
# The sandbox is the host.  Behind the veth pair "ext" is the outside, the network namespace "out":
# 192.0.2.1 and 2001:db8::1 here, .2 and ::2 there.  "blue" is a network beside the built-in "jail0".

OUT=192.0.2.2
HOST=192.0.2.1
TABLE=/run/jail/.net/table

lab_up() {
	needs ip nft
	mkdir -p /run/lab /etc/jail/networks
	cp -P /etc/resolv.conf /run/lab/ 2> /dev/null || true
	rm -f /etc/resolv.conf
	echo '{"subnets": ["10.78.0.0/24", "fd6a:6169:6c31::/64"]}' > /etc/jail/networks/blue.json
	echo 'nameserver 192.0.2.53' > /etc/resolv.conf
	ip netns add out
	ip link add ext type veth peer name eth0 netns out
	ip addr add $HOST/24 dev ext
	ip -6 addr add 2001:db8::1/64 dev ext nodad
	ip link set ext up
	ip -n out link set lo up
	ip -n out addr add $OUT/24 dev eth0
	ip -n out -6 addr add 2001:db8::2/64 dev eth0 nodad
	ip -n out link set eth0 up
	ip -n out route add default via $HOST
	ip -n out -6 route add default via 2001:db8::1
}

lab_down() {
	ip netns del out
	umount /run/netns 2> /dev/null || true
	ip link del ext 2> /dev/null || true
	rm -rf /etc/jail /etc/resolv.conf
	cp -P /run/lab/resolv.conf /etc/ 2> /dev/null || true
	rm -rf /run/lab /run/netns
}

# After each test: no jail, no bridge, no rules, nothing in the table
lab_clean() {
	"$JAIL" list -q | xargs -r -n 1 "$JAIL" delete --force
	wait_for no_veth
	"$JAIL" net gc > /dev/null
	[ ! -s $TABLE ] || { cat $TABLE; return 1; }
	if nft list tables | grep -w jail; then return 1; fi
	rm -rf /run/jail/.net
}

no_veth() {
	! ip -br link | grep '^jv'
}

# start NAME FILTER COMMAND...: a jail in the background, with FILTER as its jail.network
start() {
	local name=$1 network=$2
	shift 2
	jq -n '{root: {path: "rootfs"}, process: {args: $ARGS.positional}} | .jail.network = '"$network" \
		--args -- "$@" > "$name.json"
	jail run -d --log-output none "$name.json" "$name" 2> "$name.err" || { cat "$name.err"; return 1; }
}

# fg NETWORK COMMAND...: one in the foreground
fg() {
	local network=$1
	shift
	jq -n '{root: {path: "rootfs"}, process: {args: $ARGS.positional}} | .jail.network = '"$network" \
		--args -- "$@" > fg.json
	try jail run fg.json "$ID"
	output=$(grep -v ' is now 1: jails' <<< "$output" || true)
}

# serve NAME NETWORK [PORT...]: a jail with a page on ports (80)
serve() {
	local name=$1 network=$2 ports port
	shift 2
	(($#)) && ports=$* || ports=80
	mkdir -p rootfs/www
	echo "hello" > rootfs/www/index.html
	start "$name" "$network" sh -c "for p in $ports; do httpd -h /www -p \$p; done; exec sleep 1000"
	for port in $ports; do
		wait_for listens "$name" "$port"
	done
}

# listens NAME PORT: somebody in the jail does
listens() {
	cat "/proc/$(pid_of "$1")"/net/tcp{,6} | grep -q ":$(printf %04X "$2") 0*:0000 0A"
}

# The address of a jail: address NAME 4|6 [NETWORK]
address() {
	local pattern='\.'
	[ "$2" = 4 ] || pattern=':'
	"$JAIL" inspect "$1" | jq -r --arg p "$pattern" --arg n "${3-}" '.interfaces[] |
		select($n == "" or .network == $n).addresses[] | select(test($p)) | sub("/.*"; "")' | head -1
}

# ask URL, out_asks URL, NAME_asks: the page there.  The machine may be busy with other things, so time
# enough; what must not get through waits in vain (refused), and less long.
ask() {
	timeout "${PATIENCE:-30}" busybox wget -qO- "$1"
}

out_asks() {
	ip netns exec out timeout "${PATIENCE:-30}" busybox wget -qO- "$1"
}

# jail_asks NAME URL
jail_asks() {
	timeout "${PATIENCE:-30}" "$JAIL" exec "$1" wget -qO- "$2"
}

refused() {
	if PATIENCE=3 "$@" > refused.out 2>&1; then
		cat refused.out
		return 1
	fi
}

gets() {
	local got
	got=$("$@") || return
	[ "$got" = hello ]
}

elements() {
	nft list table inet jail | grep -cE '^\s+(elements = \{)?.* : [0-9a-f.:]+( \. [0-9]+)?' || true
}

links() {
	[ "$(ip -br link | grep -c '^jv')" = "$1" ]
}

# ---- a jail that may do all it wants in its own network ----

# in_net NAME COMMAND...: with all privileges there, as a hostile jail would have at most
in_net() {
	nsenter -n -t "$(pid_of "$1")" -- "${@:2}"
}

# counting PORT [NAME]: count datagrams to PORT here, outside (out, lan), or in the network of jail NAME; one a test at a time
counting() {
	local where=()
	case ${2-} in
	'') ;;
	out | lan) where=(ip netns exec "$2") ;;
	*) where=(nsenter -n -t "$(pid_of "$2")" --) ;;
	esac
	PORT=$1
	rm -f /run/lab/count.*
	background "${where[@]}" talk udp-count "$PORT"
	wait_for test -e "/run/lab/count.$PORT"
}

# Or it holds on to the jail's network
counting_ends() {
	kill -9 "${BACKGROUND[-1]}"
}

counted() {
	[ "$(talk udp-counted "$PORT")" = "$1" ]
}

# What gets through gets through within a moment
stays() {
	sleep 0.5
	counted "$1"
}

mac() {
	in_net "$1" ip -j link show eth0 | jq -r '.[0].address'
}

gateway_mac() {
	ip -j link show jail0 | jq -r '.[0].address'
}

port_of() {
	"$JAIL" inspect "$1" | jq -r '.interfaces[0].link'
}

# believes NAME ADDRESS MAC: what NAME has in its table of neighbours
believes() {
	in_net "$1" ip neigh show "$2" | grep -qi "$3"
}

# ---- what every suite in the lab does ----

# /etc must be the sandbox's own.
setup_file() {
	[ ! -d /run/.etc/host ] || lab_up
}

teardown_file() {
	[ ! -d /run/.etc/host ] || lab_down
}

local_teardown() {
	lab_clean
}
