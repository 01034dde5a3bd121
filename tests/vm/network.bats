#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network.bats - jails' networks beside a firewall that systemd starts, reloads and restarts
#
# The outside is a network namespace of its own, behind a veth pair.

load helpers

OUT=192.0.2.2
HOST=192.0.2.1

setup_file() {
	ln -sf "$JAIL" /usr/local/bin/jail
	sed 's|@BINDIR@|/usr/local/bin|' "$BATS_TEST_DIRNAME/../../config/systemd/jail-net.service.in" \
		> /etc/systemd/system/jail-net.service
	systemctl daemon-reload
	cp -a /etc/nftables.conf /run/nftables.conf.was
	ip netns add out
	ip link add ext type veth peer name eth0 netns out
	ip addr add $HOST/24 dev ext
	ip link set ext up
	ip -n out link set lo up
	ip -n out addr add $OUT/24 dev eth0
	ip -n out link set eth0 up
	ip route add default via $OUT
}

teardown_file() {
	ip netns del out
	systemctl disable --quiet jail-net.service || true
	rm -f /etc/systemd/system/jail-net.service /usr/local/bin/jail
	mv /run/nftables.conf.was /etc/nftables.conf
	systemctl daemon-reload
}

local_teardown() {
	"$JAIL" list -q | xargs -r -n 1 "$JAIL" delete --force
	systemctl stop firewalld nftables jail-net 2>/dev/null || true
	"$JAIL" net gc > /dev/null
}

# A jail that serves a page at port 8080 of the host
serve() {
	mkdir -p rootfs/www
	echo "hello from $ID" > rootfs/www/index.html
	short '.jail.network = {publish: ["8080:80"]}' httpd -f -p 80 -h /www
	up 2> /dev/null
}

# asked URL: from outside
asked() {
	ip netns exec out timeout 5 busybox wget -qO- "$1"
}

serves() {
	[ "$(asked http://$HOST:8080/)" = "hello from $ID" ]
}

@test "a page on a published port, from outside" {
	serve
	wait_for serves
}

@test "nftables.service is reloaded and restarted: the rules are laid down again" {
	printf '#!/usr/sbin/nft -f\nflush ruleset\n' > /etc/nftables.conf
	systemctl start nftables
	systemctl enable --quiet --now jail-net
	serve
	wait_for serves
	systemctl reload nftables
	wait_for serves
	systemctl restart nftables
	wait_for serves
	nft list table inet jail > /dev/null
}

@test "a firewall that drops what is forwarded: doctor says what to add, and that works" {
	cat > /etc/nftables.conf <<-'END'
		#!/usr/sbin/nft -f
		flush ruleset
		table inet filter {
			chain forward { type filter hook forward priority 0; policy drop; }
		}
	END
	systemctl start nftables
	serve
	try asked http://$HOST:8080/
	[ "$status" != 0 ]
	try jail net doctor
	[ "$status" = 1 ]
	contains "problem: table inet filter drops what its chain forward does not accept"
	sed -n 's/^problem: table inet filter .* does not accept: //p' <<< "$output" > add
	sh -e add
	wait_for serves
	systemctl stop nftables
}

@test "firewalld: doctor names it, its zone lets jails through, a reload leaves them alone" {
	systemctl start firewalld
	systemctl enable --quiet --now jail-net
	firewall-cmd --quiet --zone=public --add-interface=ext
	serve
	try jail net doctor
	[ "$status" = 1 ]
	contains "firewall-cmd --permanent --zone=trusted --add-interface=jail0"
	firewall-cmd --quiet --permanent --zone=trusted --add-interface=jail0
	firewall-cmd --quiet --permanent --zone=public --add-interface=ext
	firewall-cmd --quiet --reload
	wait_for serves
	systemctl reload firewalld
	wait_for serves
	systemctl restart firewalld
	wait_for serves
}

@test "an ordinary user's jail: the world and a published port, by pasta" {
	needs user systemd
	local work=/home/user/net
	mkdir -p $work rootfs/www
	cp -a rootfs $work/rootfs
	echo "hello from pasta" > $work/rootfs/www/index.html
	chown -hR user:user $work
	mkdir world
	echo "the world" > world/index.html
	ip netns exec out busybox httpd -f -p 7001 -h world 3>&- 4>&- &
	BACKGROUND+=($!)
	jq -n '{root: {path: "'$work/rootfs'"}, process: {args: ["httpd", "-f", "-p", "80", "-h", "/www"]},
		jail: {network: {mode: "pasta", publish: ["8088:80"]}}}' > $work/config.json
	as_user user "$JAIL" run -d --log-output none $work/config.json "$ID"
	served() { [ "$(asked http://$HOST:8088/)" = "hello from pasta" ]; }
	wait_for served
	try as_user user "$JAIL" exec "$ID" wget -qO- http://$OUT:7001/
	expect 0 "the world"
	as_user user "$JAIL" delete --force "$ID"
	wait_for sh -c '! pgrep -x "pasta|pasta.avx2"'
	rm -rf $work
}
