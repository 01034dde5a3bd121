#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lamp.bats - a site of one's own: PHP pages in a volume, a database

load helpers

SITE=http://127.0.0.1:8081/

@test "run: its first page asks the database" {
	run a run lamp
	[ "$status" = 0 ]
	matches "lamp is ready: $SITE"
	matches "password of MariaDB's user site: $(cat "$INSTANCE/secrets/database") "
	run ask $SITE
	expect 0
	matches 'Apache, PHP 8\.[0-9]+ and MariaDB 10\.'
}

@test "a page of one's own, which writes into the database" {
	cat > "$INSTANCE/volumes/site/count.php" <<-'END'
		<?php
		$db = new mysqli("localhost", "site", trim(file_get_contents("/var/lib/jail-appliance/database-password")), "site");
		$db->query("CREATE TABLE IF NOT EXISTS visits (n INT)");
		$db->query("INSERT INTO visits VALUES (1)");
		echo "visits: ", $db->query("SELECT COUNT(*) FROM visits")->fetch_row()[0];
	END
	chmod 644 "$INSTANCE/volumes/site/count.php"
	for n in 1 2; do
		run ask "${SITE}count.php"
		expect 0 "visits: $n"
	done
}

@test "the password: the page's user may read it, nobody else; a wrong one is refused" {
	run "$JAIL" exec lamp stat -c '%U:%G %a' /var/lib/jail-appliance/database-password
	expect 0 "root:www-data 640"
	run "$JAIL" exec --user 65534:65534 lamp cat /var/lib/jail-appliance/database-password
	[ "$status" != 0 ]
	run "$JAIL" exec lamp mariadb -u site -pwrong site -e 'SELECT 1'
	expect 1
	matches "Access denied for user 'site'@'localhost'"
}

@test "stop, start: the port is closed, and then all is there" {
	a stop lamp
	refused 8081
	a start lamp
	run ask "${SITE}count.php"
	expect 0 "visits: 3"
}

@test "backup, remove, restore" {
	a backup lamp site.backup
	a remove --yes lamp
	nothing_is_left
	run a restore site.backup
	[ "$status" = 0 ]
	run ask "${SITE}count.php"
	expect 0 "visits: 4"
}

@test "removed in the end, nothing is left" {
	a remove --yes lamp
	nothing_is_left
}
