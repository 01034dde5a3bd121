#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# postgres.bats - a database server, by its published port

load helpers

# query PASSWORD SQL: psql of the image, outside of the jail
query() {
	PGPASSWORD=$1 timeout 30 chroot "$JAIL_DATA_DIR/images/postgres-1/rootfs" /usr/bin/psql -XAtq \
		"host=127.0.0.1 port=${PORT:-5432} user=postgres sslmode=${SSLMODE:-require}" -c "$2"
}

password() {
	cat "$INSTANCE/secrets/postgres"
}

@test "run: with the generated password it is reached, encrypted" {
	run a run postgres
	[ "$status" = 0 ]
	matches "postgres is ready: psql -h 127.0.0.1 -p 5432 -U postgres"
	matches "password of the user postgres: $(password) "
	run query "$(password)" "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
	expect 0 t
}

@test "a wrong password, and none, are refused" {
	for wrong in wrong ""; do
		run query "$wrong" "SELECT 1"
		expect 2
	done
	matches 'no password supplied'
}

@test "each instance has a certificate and a password of its own; the image has neither" {
	a run --name second --port 127.0.0.1:5433:5432 postgres
	for name in postgres second; do
		cat "$JAIL_DATA_DIR/appliances/$name/volumes/settings/server.crt" "$JAIL_DATA_DIR/appliances/$name/secrets/postgres"
	done | sort | uniq -d | grep -v -e '^-----' > same || true
	[ ! -s same ]
	run find "$JAIL_DATA_DIR/images/postgres-1/rootfs/etc" -name 'server.*' -o -name 'ssl-cert-snakeoil.*'
	expect 0 ""
	PORT=5433 run query "$(password)" "SELECT 1"
	expect 2
	a remove --yes second
}

@test "stop, start; a kill without a word: what was committed is there" {
	query "$(password)" "CREATE TABLE kept (line text); INSERT INTO kept VALUES ('written before')"
	a stop postgres
	refused 5432
	a start postgres
	query "$(password)" "INSERT INTO kept VALUES ('and again')"
	"$JAIL" kill postgres KILL
	for ((i = 0; i < 100; i++)); do
		[ "$(a status postgres | head -n 1 | cut -d' ' -f2)" = running, ] || break
		sleep 0.1
	done
	a start postgres
	run query "$(password)" "SELECT line FROM kept"
	expect 0 $'written before\nand again'
}

@test "removed in the end, nothing is left" {
	a remove --yes postgres
	nothing_is_left
}
