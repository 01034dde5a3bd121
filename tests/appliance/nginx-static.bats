#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# nginx-static.bats - a small appliance: other names and ports, two of them from one image

load helpers

@test "two instances of one image, on ports of one's own choice" {
	run a run nginx-static
	ends 0 "nginx-static is ready: http://127.0.0.1:8082/"
	run a run --name other --port 127.0.0.1:8090:80 nginx-static
	ends 0 "other is ready: http://127.0.0.1:8090/"
	[ "$(images)" = nginx-static-1 ]
	run a list
	expect 0
	matches $'\nnginx-static   running   nginx-static-1       8082:80'
	matches $'\nother          running   nginx-static-1       127.0.0.1:8090:80'
}

@test "what is put into a volume is served; each has its own" {
	echo "mine" > "$INSTANCE/volumes/site/index.html"
	run ask http://127.0.0.1:8082/
	expect 0 mine
	run ask http://127.0.0.1:8090/
	expect 0
	matches 'nginx serves this page'
}

@test "one is removed: the image stays for the other" {
	a remove --yes other
	[ "$(images)" = nginx-static-1 ]
	refused 8090
	run ask http://127.0.0.1:8082/
	expect 0 mine
}

@test "a backup through a pipe is restored under another name" {
	a backup nginx-static - | a restore --name copy --port 8091:80 -
	run ask http://127.0.0.1:8091/
	expect 0 mine
	[ "$(images)" = nginx-static-1 ]
	a remove --yes copy
}

@test "a backup for which there is no room: an error, no file, and it runs again" {
	mkdir full
	mount -t tmpfs -o size=1M full full
	run a backup nginx-static full/file
	left=$(ls -A full)
	umount full
	ends 1 "jail appliance: all of it: no space left in full"
	[ -z "$left" ]
	run ask http://127.0.0.1:8082/
	expect 0 mine
}

@test "started again, the spec and the volumes are made anew if something has changed, and only then" {
	cp -p "$INSTANCE/instance.json" told
	jq '.ports = ["8083:80"]' told > changed
	run a start nginx-static
	ends 1 "jail appliance: nginx-static is running already"
	a stop nginx-static
	made=$(stat -c %y "$INSTANCE/spec.json")
	a start nginx-static
	[ "$(stat -c %y "$INSTANCE/spec.json")" = "$made" ]
	a stop nginx-static
	cp changed "$INSTANCE/instance.json"
	mv "$INSTANCE/volumes/site" site
	a start nginx-static
	run ask http://127.0.0.1:8083/
	expect 0
	matches 'nginx serves this page'
	refused 8082
	a stop nginx-static
	# Of no use, as after a power cut: it is only a hint.  The other file is older than the spec.
	: > "$INSTANCE/spec.made"
	mv told "$INSTANCE/instance.json"
	rm -r "$INSTANCE/volumes/site"
	mv site "$INSTANCE/volumes/site"
	a start nginx-static
	run ask http://127.0.0.1:8082/
	expect 0 mine
}

@test "one that is not healthy: said so, with the time; its port stays closed" {
	a stop nginx-static
	mkdir held
	mv "$INSTANCE/volumes/site"/* held
	for seconds in 0 5m; do
		run env JAIL_HEALTH_SECONDS=$seconds timeout -k 5 140 "$JAIL" appliance start nginx-static
		ends 1 "jail appliance: JAIL_HEALTH_SECONDS: \"$seconds\" is not a number of seconds"
	done
	run env JAIL_HEALTH_SECONDS=4 timeout -k 5 140 "$JAIL" appliance start nginx-static
	expect 1
	matches '^jail appliance: it is not healthy after 4 s: it is set up, but its health check does not pass$'
	[ "${#lines[@]}" = 1 ]
	refused 8082
	run pgrep -f "run -d --wait-ready .*$INSTANCE"
	expect 1
	run a status nginx-static
	expect 1
	matches $'\nnot healthy$'
	mv held/* "$INSTANCE/volumes/site"
	run a status nginx-static
	expect 0
	refused 8082
	"$JAIL" publish nginx-static
	run ask http://127.0.0.1:8082/
	expect 0 mine
}

@test "one that ends before it is healthy: where its last words are" {
	a stop nginx-static
	"$JAIL" appliance start nginx-static > start.log 2>&1 3>&- &
	start=$!
	for _ in {1..100}; do
		"$JAIL" exec nginx-static true 2> /dev/null && break
		sleep 0.05
	done
	"$JAIL" kill nginx-static KILL
	wait "$start" && false || [ $? = 1 ]
	grep -q "^jail appliance: it has stopped; $INSTANCE/log has what it said" start.log
	a start nginx-static
}

@test "one that somebody has paused is not taken for a stopped one, nor one behind a link" {
	"$JAIL" pause nginx-static
	run a start nginx-static
	ends 1 "jail appliance: nginx-static is paused already"
	"$JAIL" resume nginx-static
	ln -s "$JAIL_DATA_DIR" link
	JAIL_DATA_DIR=$PWD/link run a status nginx-static
	expect 0
	matches '^nginx-static: running,'
}

@test "an update that is interrupted while it waits: the old image is to be started, and nobody is at work on it" {
	IMAGE_IS=broken setsid env --default-signal=INT "$JAIL" appliance update nginx-static > update.log 2>&1 3>&- &
	update=$!
	for _ in {1..200}; do
		[ "$(about .image)" = nginx-static-1 ] || break
		sleep 0.1
	done
	[ "$(about .image)" = nginx-static-2 ]
	sleep 3
	kill -INT -- "-$update"
	wait "$update" && false || [ $? = 130 ]
	grep -q "interrupted: nginx-static is down; .* starts it from nginx-static-1" update.log
	[ "$(images)" = nginx-static-1 ]
	a start nginx-static
	[ "$(about .image)" = nginx-static-1 ]
	run ask http://127.0.0.1:8082/
	expect 0 mine
}

@test "a backup that is not one, or is damaged: refused, and nothing is left of it" {
	echo nonsense > bad
	run a restore bad
	expect 1
	[ "${#lines[@]}" = 1 ]
	a stop nginx-static
	a backup nginx-static good
	head -c 100000 good > cut
	run a restore --name cut cut
	expect 1
	[ "${#lines[@]}" = 1 ]
	run find "$JAIL_DATA_DIR/appliances" -mindepth 1 -maxdepth 1 ! -name nginx-static ! -name .nginx-static.lock
	expect 0 ""
}

# restore_of TEXT: what restore says of a backup that somebody has made by hand in ./b
restore_of() {
	tar -C b -cf - instance.json image.tar.zst appliance secrets volumes | zstd -q > made
	run a restore --name made made
	expect 1
	[[ $output == *"$1" ]] || { echo "$output"; return 1; }
	[ ! -e "$JAIL_DATA_DIR/appliances/made" ]
}

@test "a backup of somebody else's making: its names are names, and its links lead nowhere" {
	mkdir -p b/appliance/x-1 b/secrets b/volumes/data
	echo '{"name": "x"}' > b/appliance/x-1/appliance.json
	: | zstd -q > b/image.tar.zst
	jq -n '{name: "made", image: ".", ports: [], appliance: "x//;e touch done\n#"}' > b/instance.json
	restore_of ' is not a name'
	[ ! -e done ]
	jq -n '{name: "made", image: "x-1", ports: [], appliance: "x"}' > b/instance.json
	mkdir host
	for place in volumes/data secrets appliance appliance/x-1; do
		cp -a b kept
		rm -r "b/$place"
		ln -s "$PWD/host" "b/$place"
		restore_of ": $place is neither a directory nor a file that has no other name"
		rm -r b
		mv kept b
	done
	ln b/appliance/x-1/appliance.json b/volumes/data/mine
	restore_of ": appliance/x-1/appliance.json is neither a directory nor a file that has no other name"
}

@test "removed in the end, nothing is left" {
	a remove --yes nginx-static
	nothing_is_left
}
