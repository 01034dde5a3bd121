#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# notes.bats - the appliance of one's own that jail-appliance(7) leads to

load helpers

# get USER:PASSWORD PATH: the status, and what is there
get() {
	timeout 20 python3 -c 'import base64, sys, urllib.error, urllib.request as r
ask = r.Request("http://127.0.0.1:8090/" + sys.argv[2])
ask.add_header("Authorization", "Basic " + base64.b64encode(sys.argv[1].encode()).decode())
try:
    with r.urlopen(ask, timeout=15) as answer:
        print(answer.status, answer.read().decode())
except urllib.error.HTTPError as error:
    print(error.code)' "$1" "$2"
}

@test "the guide, word for word: run ./notes" {
	"$HERE/guide" .
	run a run ./notes
	[ "$status" = 0 ]
	matches 'notes is ready: http://127.0.0.1:8090/  \(user: team\)'
	matches "password of the user team: $(cat "$INSTANCE/secrets/team") "
}

@test "who has the password reads the first note, and nobody else does" {
	run get "team:$(cat "$INSTANCE/secrets/team")" first.txt
	expect 0 "200 the first note"
	run get team:wrong first.txt
	expect 0 401
}

@test "what the guide says for looking around" {
	run "$JAIL" exec notes /usr/lib/jail-appliance/why
	expect 0 "it was healthy when it had started"
	run "$JAIL" exec notes journalctl -q -b -u jail-appliance-boot
	expect 0
	matches 'Finished jail-appliance-boot.service'
	run "$JAIL" exec -t notes bash -c 'test -t 0 && echo a terminal'
	matches 'a terminal'
}

@test "in /etc/jail/appliances its name is enough" {
	a remove --yes notes
	export JAIL_APPLIANCES=$STORY
	run a list
	matches $'\nnotes +files of a team, behind a password'
	a run notes
	a remove --yes notes
	nothing_is_left
}
