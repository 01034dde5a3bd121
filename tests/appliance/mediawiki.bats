#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mediawiki.bats - the life of a wiki: run, a browser, stop, backup, remove, restore, updates

load helpers

WIKI=http://127.0.0.1:8080/mediawiki/
EDIT="An edit that has to outlive everything"

browser() {
	timeout -k 5 $((100 * ${TEST_SLOW:-1})) "$HERE/browser.py" "$@"
}

# The edit is there, in a browser
edit_is_there() {
	run browser open "${WIKI}index.php?title=Kept" sees "$EDIT"
	expect 0 ""
}

healthy() {
	run a status mediawiki
	expect 0
	matches 'mediawiki: running, .*healthy$'
}

@test "run, on a terminal: progress, and where it is to be found" {
	"$HERE/watch.py" 8080 "/mediawiki/index.php?title=Special:Statistics" mw-statistics-users \
		"$INSTANCE/secrets" > watched.json 3>&- &
	run script -qec "timeout -k 5 140 $JAIL appliance run mediawiki" /dev/null
	expect 0
	wait $!
	output=${output//$'\r'/}
	echo "$output" > greeting
	for step in volumes 'start, until it is healthy'; do
		matches "  $step +[0-9]+\.[0-9] s"
	done
	matches "mediawiki is ready: $WIKI"
}

@test "its port was closed until it was healthy; the first page was whole" {
	cat watched.json
	[ "$(jq '.refused > 10 and .else == [] and .page' watched.json)" = true ]
}

@test "passwords: generated, told once, root's, on no command line, in no image" {
	run jq -c '[.words, .told]' watched.json
	expect 0 '[2,[]]'
	for name in admin database; do
		secret=$(cat "$INSTANCE/secrets/$name")
		[[ $secret =~ ^[a-z0-9]{24}$ ]]
		grep -qF "$secret" greeting
		run stat -c '%a %u %g' "$INSTANCE/secrets/$name"
		expect 0 "400 0 0"
		run grep -rlF --exclude-dir=secrets --exclude-dir=volumes "$secret" "$JAIL_DATA_DIR/images" "$INSTANCE" /run/jail
		expect 1 ""
		run "$JAIL" exec --user 33:33 mediawiki cat "/run/secrets/$name"
		expect 1
		matches 'Permission denied'
	done
	[ "$(cat "$INSTANCE/secrets/admin")" != "$(cat "$INSTANCE/secrets/database")" ]
	[ "$(stat -c %a "$JAIL_DATA_DIR/appliances")" = 700 ]
}

@test "the image: nothing in it belongs to one machine" {
	root=$JAIL_DATA_DIR/images/mediawiki-1/rootfs
	[ ! -s "$root/etc/machine-id" ]
	[ ! -e "$root/etc/mediawiki/LocalSettings.php" ]
	run find "$root/etc/ssh" "$root/var/lib/systemd/random-seed" "$root/var/lib/dbus/machine-id" -name '*key*' -o -type f
	expect 1
	run bash -c 'cd "$1" && find etc/ssl/private -type f' - "$root"
	expect 0 ""
}

@test "a browser: the page, a wrong password, the generated one, an edit" {
	echo "$EDIT" > edit.txt
	echo wrong > wrong.txt
	cat > main.txt <<-'END'
		'''This wiki runs in a jail.''' Apache, PHP, MariaDB and MediaWiki, with systemd as their init, share the kernel of this machine; one command has made them:

		 sudo jail appliance run mediawiki

		== What it has ==
		* a network of its own, and one published port, which opened when the wiki was healthy
		* passwords that were made for it, and that nobody else has
		* its pages, uploads and settings in volumes: an update of the image leaves them as they are

		== What to do next ==
		* ''jail appliance backup mediawiki'' writes all of it to one file
		* ''jail appliance update mediawiki'' builds a new image, and goes back if that does not work
		* ''jail appliance remove mediawiki'' leaves nothing behind
	END
	run browser login "$WIKI" Admin wrong.txt
	expect 1
	matches 'Incorrect username or password'
	run browser open http://127.0.0.1:8080/ sees "MediaWiki has been installed" login "$WIKI" Admin "$INSTANCE/secrets/admin" \
		edit "$WIKI" Kept edit.txt sees "$EDIT" \
		edit "$WIKI" "Main Page" main.txt sees "This wiki runs in a jail." \
		open "$WIKI" sees "This wiki runs in a jail." screenshot "$WORK/screenshot.png"
	expect 0 ""
	[ -z "${SCREENSHOT-}" ] || cp "$WORK/screenshot.png" "$SCREENSHOT"
	edit_is_there
}

@test "run again is refused, and so are verbs for what is not there" {
	run a run mediawiki
	expect 1 "jail appliance: mediawiki is there already: jail appliance start mediawiki"
	run a stop nosuch
	expect 1 "jail appliance: there is no nosuch here; jail appliance run nosuch makes it"
	healthy
}

@test "stop, start" {
	a stop mediawiki
	refused 8080
	run a status mediawiki
	expect 3
	a start mediawiki
	edit_is_there
}

@test "backup: the wiki goes on; remove: nothing is left" {
	a backup mediawiki "$STORY/wiki.tar.zst"
	[ "$(stat -c %a "$STORY/wiki.tar.zst")" = 600 ]
	healthy
	run a remove mediawiki < /dev/null
	expect 2
	matches -- '--yes'
	cp "$INSTANCE/secrets/admin" admin.before
	a remove --yes mediawiki
	nothing_is_left
}

@test "restore: the edit is there, the password as well" {
	run a restore wiki.tar.zst
	expect 0
	rm wiki.tar.zst
	cmp admin.before "$INSTANCE/secrets/admin"
	[ "$(images)" = mediawiki-1 ]
	edit_is_there
	run browser login "$WIKI" Admin "$INSTANCE/secrets/admin"
	expect 0 ""
}

@test "update: a new image, the old one is gone, the edit is there" {
	run env IMAGE_IS=newer timeout -k 5 140 "$JAIL" appliance update mediawiki
	ends 0 "mediawiki runs from image mediawiki-2 now"
	[ "$(images)" = mediawiki-2 ]
	"$JAIL" exec mediawiki dpkg-query -W newer
	cmp admin.before "$INSTANCE/secrets/admin"
	edit_is_there
}

@test "update to an image that does not work: the old one comes back" {
	run env IMAGE_IS=broken JAIL_HEALTH_SECONDS=15 timeout -k 5 140 "$JAIL" appliance update mediawiki
	expect 1
	matches 'mediawiki does not get healthy with mediawiki-3: it goes back to mediawiki-2'
	[ "$(images)" = mediawiki-2 ]
	[ "$(about .image)" = mediawiki-2 ]
	healthy
	edit_is_there
}

@test "removed in the end, nothing is left" {
	a remove --yes mediawiki
	nothing_is_left
}
