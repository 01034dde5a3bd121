# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# keep.bash - look at the images, verify and remove them

OPTIONS["list"]="format="
USAGE["list"]="list [OPTION...]

The images: name, source, size, time and digest.

  -f, --format FORMAT table (default), json or names"

OPTIONS["verify"]=""
USAGE["verify"]="verify [OPTION...] [NAME...]

Compute digests again, and compare them with the manifests'.

  NAME                of an image (default: all)"

OPTIONS["rm"]=""
USAGE["rm"]="rm [OPTION...] NAME...

Remove images.  One that a jail uses is refused.

  NAME                of an image"

OPTIONS["gc"]=""
USAGE["gc"]="gc [OPTION...]

Remove what killed builds have left; each thing is printed on a line."

images() {
	local dir
	for dir in "$IMAGES"/*/; do
		[ ! -f "$dir/manifest.json" ] || basename "$dir"
	done
}

list_run() {
	local name
	wants 0 0
	store_look
	for name in $(images); do
		jq --arg path "$IMAGES/$name" '. + {path: $path}' "$IMAGES/$name/manifest.json"
	done | case ${OPT[format]:-table} in
	json) jq -s . ;;
	names) jq -r .name ;;
	table) list_table ;;
	*) misuse "list: --format is table, json or names" ;;
	esac
}

list_table() {
	jq -sr '["NAME", "SOURCE", "SIZE", "CREATED", "DIGEST"], (.[] | [.name,
		([.source.verb, (.source | .suite // .ref // .file // .jail // empty)] | join(" ") |
			gsub("[^ -~]+"; "?") | if length > 40 then .[:39] + "~" else . end),
		"\(.size_bytes / 1000000 | ceil) MB", .created, .digest[7:19]]) | @tsv' |
		awk -F'\t' '{
			for (i = 1; i < NF; i++) {
				cell[NR, i] = $i
				if (length($i) > width[i]) width[i] = length($i)
			}
			last[NR] = $NF
			columns = NF
		} END {
			for (row = 1; row <= NR; row++) {
				for (i = 1; i < columns; i++) printf "%-" width[i] + 2 "s", cell[row, i]
				print last[row]
			}
		}'
}

verify_run() {
	local name digest bad=0 names=("${ARGS[@]}")
	store_look
	((${#names[@]})) || mapfile -t names < <(images)
	for name in "${names[@]}"; do
		has_image "$name"
	done
	for name in "${names[@]}"; do
		digest=$(digest_of "$IMAGES/$name")
		if [ "$digest" = "$(jq -r .digest "$IMAGES/$name/manifest.json")" ]; then
			echo "$name: $digest"
		else
			complain "$name: its digest is $digest, and its manifest says" \
				"$(jq -r .digest "$IMAGES/$name/manifest.json")"
			bad=1
		fi
		(IMAGE=$name && has_base "$IMAGES/$name/manifest.json") || bad=1
	done
	return "$bad"
}

# All or none: first they are looked at, then each gets a name that gc knows, and is removed.
rm_run() {
	local name user gone
	wants 1 1000
	store_open
	store_lock
	for name in "${ARGS[@]}"; do
		has_image "$name"
		user=$(used_by "$name")
		[ -z "$user" ] || die "$name is used by $user"
	done
	for name in "${ARGS[@]}"; do
		gone=$(mktemp -d "$IMAGES/.new-XXXXXX")
		[ ! -e "$IMAGES/$name" ] || mv "$IMAGES/$name" "$gone"
	done
	store_sweep > /dev/null
}

gc_run() {
	wants 0 0
	store_open
	store_lock
	store_sweep
}
