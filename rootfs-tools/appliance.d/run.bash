# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# run.bash - making an instance, starting and stopping it
#
# It starts with its ports held; they open when the health check inside passes: it is a unit there, and without it the
# manager inside does not say that it is up.

OPTIONS["run"]="port= name= mirror= systemd"
USAGE["run"]="run [OPTION...] NAME|DIR

Make an instance of an appliance and start it; its image is built if there is none.

  NAME|DIR            an appliance, or the folder of one (with a /)
  --name NAME         of the instance (default: the appliance's)
  --port PORT[,…]     ports of the host, as jail run -p takes them, in place of the appliance's own
  --mirror URL        of Debian's packages
  --systemd           start it by jail@NAME.service, now and with the machine"

OPTIONS["start"]=""
USAGE["start"]="start [OPTION...] NAME

Start an instance, and wait until it is healthy.

  NAME                of an instance"

OPTIONS["stop"]=""
USAGE["stop"]="stop [OPTION...] NAME

Shut an instance down.

  NAME                of an instance"

# ---- making it ----

run_run() {
	wants 1 1
	needs_root
	needs jq jq
	find_appliance "${ARGS[0]}"
	check_manifest
	NAME=${OPT[name]:-$(manifest .name)}
	check_name "$NAME"
	INSTANCE=$INSTANCES/$NAME
	is_free "$NAME"
	choose_image
	make_instances
	lock_instance "$NAME"
	is_free "$NAME"
	with_images make_instance
	make_secrets
	step "volumes" make_volumes
	link_spec
	[ -z "${OPT[systemd]-}" ] || enable_unit
	bring_up
	UNDO=
	greet
}

# is_free NAME: neither an instance nor a jail has it
is_free() {
	[ ! -e "$INSTANCES/$1" ] || die "$1 is there already: jail appliance start $1"
	! any_jail "$1" || die "there is a jail $1 already"
}

choose_image() {
	IMAGE=$(newest_image "$(manifest .name)")
	[ -n "$IMAGE" ] || build_image "$(manifest .name)"
}

# What belongs to the instance in hand, which is ours: its lock is held
undo_instance() {
	[ -z "${OPT[systemd]-}" ] || disable_unit
	delete_jail > /dev/null 2>&1 || true
	remove_link
	[ ! -d "$INSTANCE" ] || rm -rf --one-file-system "$INSTANCE" || complain "$INSTANCE could not be removed"
	[ -z "${IMPORTED-}" ] || drop_image "$IMPORTED"
	[ -z "${INSTANCE_LOCK-}" ] || unlock_instance "$NAME"
}

# Under the lock of images
make_instance() {
	local ports
	[ -f "$IMAGES/$IMAGE/manifest.json" ] || die "image $IMAGE has gone meanwhile"
	mkdir -m 700 "$INSTANCE"
	UNDO=undo_instance
	mkdir -m 700 "$INSTANCE/volumes" "$INSTANCE/secrets" "$INSTANCE/appliance"
	cp -rL "$APPLIANCE" "$INSTANCE/appliance/$IMAGE"
	ports=$(manifest '.ports // [] | join(",")')
	jq -n --arg name "$NAME" --arg appliance "$(manifest .name)" --arg image "$IMAGE" --arg ports "${OPT[port]:-$ports}" \
		'{name: $name, appliance: $appliance, image: $image, ports: ($ports | split(","))}' > "$INSTANCE/instance.json"
	read_image
}

# jail@NAME finds it there.
link_spec() {
	mkdir -p /etc/jail
	[ -e "/etc/jail/$NAME.json" ] || ln -sf "$INSTANCE/spec.json" "/etc/jail/$NAME.json"
}

# 24 letters and digits that cannot be mistaken for one another, 5 bits each
make_secret() {
	local text
	text=$(head -c 24 /dev/urandom | od -An -v -tu1 | tr -s ' \n' '\n' | awk 'NF {
		printf "%s", substr("abcdefghijkmnpqrstuvwxyz23456789", $1 % 32 + 1, 1) }')
	((${#text} == 24)) || die "no secret could be made"
	echo "$text"
}

make_secrets() {
	local name
	for name in $(manifest '.secrets // {} | keys[]'); do
		check_name "$name"
		[ -e "$INSTANCE/secrets/$name" ] || (umask 277 && make_secret > "$INSTANCE/secrets/$name")
	done
	chmod 755 "$INSTANCE/secrets"
}

# Each begins with what the image has there, as a whole or not at all.  The directory "state" is every appliance's.
make_volumes() {
	local name path tree new=$INSTANCE/volumes/.new
	tree=$(realpath "$IMAGES/$CURRENT/rootfs")
	while IFS=$'\t' read -r name path; do
		[ ! -e "$INSTANCE/volumes/$name" ] || continue
		rm -rf --one-file-system "$new"
		# No link on the way: it would lead into this machine.
		if [ -d "$tree$path" ] && [ "$(realpath "$tree$path")" = "$tree$(realpath -ms "$path")" ]; then
			cp -a "$tree$path" "$new" || die "volume $name cannot be filled"
		else
			mkdir "$new"
		fi
		mv -T "$new" "$INSTANCE/volumes/$name"
	done < <(all_volumes)
}

# NAME and PATH of each
all_volumes() {
	manifest 'volumes[] | "\(.key)\t\(.value)"'
}

# Sets CONTROLLERS, those that this machine can hold somebody to
read_controllers() {
	local file
	CONTROLLERS=
	for file in /sys/fs/cgroup/{,unified/}cgroup.controllers; do
		[ ! -r "$file" ] || { read -r CONTROLLERS < "$file" || true; break; }
	done
}

# Limits that are left out for want of a controller: said once, when the instance is made
warn_of_limits() {
	local limit value
	while read -r limit value; do
		complain "warning: this machine has no $limit controller: the limit of $value is left out"
	done < <(manifest 'limits[] | select(.key | IN($have | split(" ")[]) | not) | "\(.key) \(.value)"' \
		--arg have "$CONTROLLERS")
}

# The spec and the volumes are made anew if anything has changed that they were made of: to start jq takes longer than
# a jail does.
prepare() {
	read_controllers
	made_of
	# 0: in a trap a bare return gives what was there before.
	if [ -f "$INSTANCE/spec.json" ] && [ "$MADE_OF" = "$MADE" ]; then
		return 0
	fi
	make_volumes
	write_spec
	made_of
	printf %s "$MADE_OF" > "$INSTANCE/spec.made.new"
	mv "$INSTANCE/spec.made.new" "$INSTANCE/spec.made"
}

write_spec() {
	[[ $VERB != @(run|restore) ]] || warn_of_limits
	manifest 'spec($about[0]; $dir; $lower; $have | split(" "))' --slurpfile about "$INSTANCE/instance.json" \
		--arg dir "$INSTANCE" --arg lower "$IMAGES/$CURRENT/rootfs" --arg have "$CONTROLLERS" > "$INSTANCE/spec.json.new"
	mv "$INSTANCE/spec.json.new" "$INSTANCE/spec.json" || die "$INSTANCE/spec.json cannot be written"
}

remove_link() {
	! has_link || rm -f "/etc/jail/$NAME.json"
}

enable_unit() {
	[ -d /run/systemd/system ] || die "systemd does not run here"
	has_link || die "/etc/jail/$NAME.json is somebody else's: jail@$NAME would start that"
	systemctl -q enable "jail@$NAME" 2> "$WORK/log" || die "enable jail@$NAME: $(tail -n 1 "$WORK/log")"
}

disable_unit() {
	look_at_unit
	! unit_runs || systemctl -q stop "jail@$NAME" || complain "jail@$NAME could not be stopped"
	[ "$UNIT_ENABLED" != enabled ] || systemctl -q disable "jail@$NAME" 2> /dev/null ||
		complain "jail@$NAME could not be disabled"
	[ "$UNIT_STATE" = inactive ] || systemctl -q reset-failed "jail@$NAME" 2> /dev/null || true
}

# ---- starting ----

bring_up() {
	local status
	HEALTH_SECONDS=${JAIL_HEALTH_SECONDS:-300}
	[[ $HEALTH_SECONDS =~ ^[1-9][0-9]{0,8}$ ]] || die "JAIL_HEALTH_SECONDS: \"$HEALTH_SECONDS\" is not a number of seconds"
	status=$(jail_status)
	[[ $status == @(|stopped) ]] || die "$NAME is $status already"
	prepare
	look_at_unit
	if unit_runs || [ "$UNIT_ENABLED" = enabled ]; then
		step "start, by jail@$NAME.service" await systemctl start "jail@$NAME"
		return 0
	fi
	# It has stopped by itself.
	[ -z "$status" ] || delete_jail
	needs_jail
	step "start, until it is healthy" await "${JAIL_COMMAND[@]}" run -d --wait-ready --log-output "file:$INSTANCE/log" \
		"$INSTANCE/spec.json" "$NAME"
}

# await COMMAND...: it starts the instance, and ends when that is healthy and has its ports open.
# How long first-boot and upgrade take nobody can know: only while they do not run does time count.
await() {
	local up waiter status=0 left=$HEALTH_SECONDS
	# Signals may be ignored here, behind one that has ended us.
	exec {up}< <(trap - INT TERM HUP; without_lock exec "$@")
	waiter=$!
	until ((left == 0)) || has_ended "$up"; do
		is_setting_up || ((left--)) || true
	done
	((left > 0)) || kill "$waiter" 2> /dev/null || true
	wait "$waiter" || status=$?
	((status)) || return 0
	((left > 0)) || die "it is not healthy after $HEALTH_SECONDS s: $(why)"
	[ "$(jail_status)" != stopped ] || die "it has stopped; $INSTANCE/log has what it said"
	return "$status"
}

# has_ended DESCRIPTOR: has whoever holds the other end of that pipe, within a second?
has_ended() {
	local status=0
	read -rt 1 <&"$1" || status=$?
	((status <= 128))
}

is_setting_up() {
	[ "$(within systemctl is-active jail-appliance-boot 2> /dev/null)" = activating ]
}

why() {
	within /usr/lib/jail-appliance/why 2>&1 | tail -n 1
}

healthy() {
	SECONDS_AT_MOST=70 within /usr/lib/jail-appliance/check
}

# within COMMAND...: in the instance, which may not answer
within() {
	SECONDS_AT_MOST=${SECONDS_AT_MOST:-10} jail_command exec "$NAME" "$@"
}

# Where it is to be found, and what was made for it, once
greet() {
	local name port
	port=$(about '.ports[0] // empty | sub("/.*"; "") | split(":") | if length > 1 then .[-2] else .[0] end')
	echo "$NAME is ready${port:+: $(manifest '.page // empty' | sed "s/PORT/$port/")}"
	for name in $(manifest '.secrets // {} | keys[]'); do
		printf '  %s: %s   (%s)\n' "$(manifest ".secrets[\"$name\"]")" "$(< "$INSTANCE/secrets/$name")" "$INSTANCE/secrets/$name"
	done
}

start_run() {
	wants 1 1
	use "${ARGS[0]}" alone
	heal
	bring_up
}

stop_run() {
	wants 1 1
	use "${ARGS[0]}" alone
	take_down
}

take_down() {
	look_at_unit
	if unit_runs; then
		step "stop, by jail@$NAME.service" systemctl stop "jail@$NAME"
		return 0
	fi
	if is_running; then
		step "shut down" jail_command stop "$NAME"
	fi
	delete_jail
}
