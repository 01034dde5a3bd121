#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_files.bats - what networks keep in files: the table, names; where there is no room for them

load helpers
load lab

NET=/run/jail/.net

# The disk of NET has room for PAGES more
leave_room() {
	local free
	rm -f $NET/filler
	free=$(($(stat -f -c %f $NET) - $1))
	((free == 0)) || head -c $((4096 * free)) /dev/zero > $NET/filler
}

# full NETWORK FAILURES: a jail with it does not start FAILURES times, and leaves nothing
full() {
	local pages
	cp $NET/table table
	cp $NET/hosts/jail0 hosts
	for ((pages = 0;; pages++)); do
		leave_room $pages
		fg "$1" true
		echo "$pages pages: $status $output"
		((status)) || break
		contains "No space left on device"
		diff table $NET/table
		grep -v '^ *$' $NET/hosts/jail0 | diff hosts -
		[ "$(elements)" = 2 ]
	done
	rm -f $NET/filler
	[ "$pages" = "$2" ]
	# Nothing that is leaving, no line that is free
	cat table > $NET/table
	cat hosts > $NET/hosts/jail0
}

@test "a full disk: a start that fails for it takes its lines back, those of others stay" {
	mkdir -p $NET
	mount -t tmpfs -o size=160k tmpfs $NET
	start web '{publish: ["8080:80"]}' sleep 1000
	# The table needs another page
	full "{publish: $(jq -nc '[range(9000; 9080) | tostring]')}" 2
	# A file of its own
	full '{hosts: {printer: "192.0.2.7"}}' 1
	# The names need another page
	head -c $((4095 - $(stat -c %s hosts))) /dev/zero | tr '\0' '#' >> $NET/hosts/jail0
	echo >> $NET/hosts/jail0
	full '{}' 1
	leave_room 0
	jail delete --force web
	lacks_line web $NET/hosts/jail0
	rm $NET/filler
	wait_for no_veth
	jail net gc > /dev/null
	umount $NET
}
