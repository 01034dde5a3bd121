#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_store.bats - jail-rootfs: what is in the store, who may see it, and how it goes

load rootfs

@test "busybox: an image has a tree, a spec and a manifest, and only root sees them" {
	run jr busybox
	expect 0 ""
	has_images busybox
	[ "$(stat -c %a "$IMAGES")" = 700 ]
	[ "$(stat -c %a "$IMAGES/busybox")" = 700 ]
	[ "$(ls "$IMAGES/busybox")" = $'manifest.json\nrootfs\nspec.json' ]
	run jq -r '[.name, .source.verb, (.digest | test("^sha256:[0-9a-f]{64}$")), (.size_bytes > 1000000),
		(.created | test("^20..-")), (.tools.busybox != null)] | @tsv' "$IMAGES/busybox/manifest.json"
	expect 0 $'busybox\tbusybox\ttrue\ttrue\ttrue\ttrue'
	run jq -c . "$IMAGES/busybox/spec.json"
	expect 0 '{"process":{"args":["/bin/sh"]},"jail":{"rootfs":{"lower":["rootfs"],"upper":"ephemeral"}}}'
	run setpriv --reuid 1000 --clear-groups ls "$IMAGES/busybox"
	[ "$status" != 0 ]
}

@test "an open store is closed before anything comes into it" {
	mkdir -p -m 755 "$IMAGES"
	jr busybox
	[ "$(stat -c %a "$IMAGES")" = 700 ]
}

@test "two builds of one recipe have one digest; another second, directory and umask make no difference" {
	jr busybox a
	(umask 077 && sleep 1 && JAIL_DATA_DIR=$BATS_TEST_TMPDIR/other jr busybox b)
	mv "$BATS_TEST_TMPDIR/other/images/b" "$IMAGES"
	same_digest a b
	SOURCE_DATE_EPOCH=1000000000 jr busybox c
	[ "$(digest a)" != "$(digest c)" ]
	[ -z "$(find "$IMAGES/c/rootfs" -newermt @1000000000)" ]
}

@test "the digest is of what jail-rootfs(1) says, on every machine" {
	mkdir -p tree/d
	printf hi > tree/a
	ln tree/a tree/b
	ln -s a "tree/c$(printf '\303\244')"
	mkfifo -m 600 tree/d/e
	chown 5:6 tree/a
	chmod 4755 tree/a
	setfattr -n user.x -v y tree/a
	chmod 755 tree tree/d
	find tree -exec touch -h -d @1000.000000001 {} +
	tar --format=posix --xattrs -C tree -cf t.tar .
	jr tar t.tar
	cat > list <<-END
		[".","directory",493,0,0,1000000000001,{}]
		["a","file",2541,5,6,1000000000001,{"user.x":"79"},2,"$(printf hi | sha256sum | cut -d' ' -f1)"]
		["b","link","a"]
		["c\\u00c3\\u00a4","symlink",511,0,0,1000000000001,{},"a"]
		["d","directory",493,0,0,1000000000001,{}]
		["d/e","fifo",384,0,0,1000000000001,{}]
	END
	[ "$(digest t)" = "sha256:$(sha256sum < list | cut -d' ' -f1)" ]
}

@test "list: a table, JSON, names" {
	run jr list
	expect 0 "NAME  SOURCE  SIZE  CREATED  DIGEST"
	jr busybox one
	jr busybox two
	run jr list
	expect 0
	matches $'^NAME +SOURCE +SIZE +CREATED +DIGEST\none +busybox +[0-9]+ MB +20[^ ]+Z +[0-9a-f]{12}\ntwo '
	run eval 'jr list --format json | jq -r ".[].path"'
	expect 0 "$IMAGES/one"$'\n'"$IMAGES/two"
	run jr list --format=names
	expect 0 $'one\ntwo'
}

@test "verify finds a changed byte, a changed time, a changed owner" {
	jr busybox
	jr busybox good
	run jr verify
	expect 0 "busybox: $(digest busybox)"$'\n'"good: $(digest good)"
	for change in 'echo x >> FILE' 'chown 1 FILE' 'touch FILE' 'chmod u+s FILE' 'setfattr -n user.a -v b FILE'; do
		rm -rf "$IMAGES/busybox"
		cp -a "$IMAGES/good" "$IMAGES/busybox"
		eval "${change/FILE/$IMAGES/busybox/rootfs/etc/passwd}"
		run jr verify busybox
		refuses "busybox: its digest is sha256:"
	done
	run jr verify
	[ "$status" = 1 ]
	contains "good: $(digest good)"
}

@test "export and import: the same digest, also through a pipe; a changed file is refused" {
	wants_program zstd
	jr busybox
	jr export busybox b.tar.zst
	[ "$(stat -c %a b.tar.zst)" = 600 ]
	run jr import b.tar.zst
	refuses "busybox exists; --replace takes its place"
	jr import b.tar.zst again
	same_digest busybox again
	diff "$IMAGES/busybox/spec.json" "$IMAGES/again/spec.json"
	jr export again - | jr import - third
	same_digest busybox third
	jr rm busybox
	jr import b.tar.zst
	has_images again busybox third
	mkdir x
	zstd -dcq b.tar.zst | tar -C x -x
	echo x >> x/rootfs/etc/passwd
	tar -C x -c manifest.json spec.json rootfs | zstd -q > bad.tar.zst
	run jr import bad.tar.zst bad
	refuses "bad.tar.zst: the digest is sha256:"
	contains "its manifest says $(digest busybox)"
	run jr import b.tar.zst bad --digest sha256:0000
	refuses "not sha256:0000"
	has_images again busybox third
}

@test "import: not an image, and what does not belong into one" {
	wants_program zstd
	mkdir -p x/rootfs
	echo '{"name": "x", "digest": "sha256:00"}' > x/manifest.json
	echo '{}' > x/spec.json
	tar -C x -c . | zstd -q > a.tar.zst
	run jr import a.tar.zst
	refuses
	tar -C x -c manifest.json spec.json rootfs | zstd -q > a.tar.zst
	run jr import a.tar.zst
	refuses "its manifest has no digest"
	touch x/more
	tar -C x -c manifest.json more | zstd -q > a.tar.zst
	run jr import a.tar.zst n
	refuses "more: does not belong into an image"
	rm x/manifest.json
	ln -s /etc/passwd x/manifest.json
	tar -C x -c manifest.json spec.json rootfs | zstd -q > a.tar.zst
	run jr import a.tar.zst n
	refuses "it has no manifest or spec"
	echo garbage > a.tar.zst
	run jr import a.tar.zst
	refuses "it is not an image that export has written"
	has_images
}

@test "import: a spec's mounts of the host, hooks and runtime annotations stay outside" {
	wants_program zstd
	jr busybox
	mkdir x
	cp -a "$IMAGES/busybox/." x
	jq '.mounts = [{destination: "/etc", source: "/etc", options: ["bind"]}, {destination: "/t", type: "tmpfs", source: "x"}]
		| .hooks = {prestart: [{path: "/bin/true"}]} | .annotations = {"org.systemd.property.X": "1", a: "b"}
		| .process.capabilities = {effective: ["CAP_SYS_ADMIN"]} | .linux = {} | .root = {path: "/"}
		| .jail = {system: true, rootfs: {lower: ["/"]}, stopSignal: "TERM"}' "$IMAGES/busybox/spec.json" > x/spec.json
	tar -C x -c manifest.json spec.json rootfs | zstd -q > x.tar.zst
	jr import x.tar.zst x
	run jq -cS . "$IMAGES/x/spec.json"
	expect 0 "$(jq -cS . <<-'END'
		{"process": {"args": ["/bin/sh"]}, "annotations": {"a": "b"},
		"mounts": [{"destination": "/t", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "tmpcopyup"]}],
		"jail": {"stopSignal": "TERM", "rootfs": {"lower": ["rootfs"], "upper": "ephemeral"}}}
	END
	)"
}

@test "erofs: one file, the same twice, mountable, exported and imported" {
	wants_program mkfs.erofs zstd
	jr busybox --erofs a
	jr busybox --erofs b
	[ "$(ls "$IMAGES/a")" = $'manifest.json\nrootfs.erofs\nspec.json' ]
	cmp "$IMAGES/a/rootfs.erofs" "$IMAGES/b/rootfs.erofs"
	run jq -c .jail.rootfs.lower "$IMAGES/a/spec.json"
	expect 0 '["rootfs.erofs"]'
	run jr verify a
	expect 0 "a: sha256:$(sha256sum < "$IMAGES/a/rootfs.erofs" | cut -d' ' -f1)"
	jr export a a.tar.zst
	jr import a.tar.zst c
	[ "$(digest a)" = "$(digest c)" ]
	mkdir m
	if ! mount -t erofs -o ro,loop "$IMAGES/a/rootfs.erofs" m; then
		skip "needs erofs in the kernel, and a loop device"
	fi
	run readlink m/bin/sh
	umount m
	expect 0 busybox
	printf '6.12\n%s\n' "$(uname -r)" | sort -CV || return 0
	run_image c '.process.args = ["sh", "-c", "echo $((6 * 7)); touch /new; ls /new"]'
	expect 0 $'42\n/new'
}

@test "rm: an image that a jail uses stays, others go; all or none" {
	jr busybox used
	jr busybox free
	jq -n --arg path "$IMAGES/used/rootfs" '{root: {path: $path}, process: {args: ["sleep", "100"]}}' > config.json
	up
	run jr rm free used
	refuses "used is used by jail $ID"
	has_images free used
	run jr busybox used --replace
	refuses "used cannot be replaced: jail $ID uses it"
	# Also when the jail is one of another state directory
	JAIL_ROOT=/run/other run jr rm used
	refuses "used is used by something that is mounted"
	JAIL=/bin/false run jr rm used
	refuses "which images are used cannot be known"
	rm -rf /run/other
	jail delete --force "$ID"
	run jr rm free used
	expect 0 ""
	has_images
	run jr rm nothing
	refuses "no image nothing in $IMAGES"
}

@test "misuse is told in one line, with 2" {
	for command in "" "nosuch" "--nosuch" "busybox --nosuch" "busybox a b" "rm" "export" "export a" "tar" "oci" "list x" \
		"list --format" "list --format yaml" "busybox --erofs=1" "busybox .hidden" "busybox a/b" "busybox -x" "gc x" \
		"busybox --digest x" "tar -" "debian --name ../x" "debian -- ../x" "oci x --tls-verify no"; do
		case $command in
		oci*) has_need skopeo umoci || continue ;;
		debian*) has_need mmdebstrap || continue ;;
		esac
		# shellcheck disable=SC2086
		run jr $command
		[ "$status" = 2 ] && [[ $output == "jail-rootfs: "* ]] && [ "${#lines[@]}" = 1 ] ||
			{ echo "$command: $status $output"; return 1; }
	done
	[ ! -e "$IMAGES" ] || has_images
}

@test "every verb has a help, and the manual page all verbs and options" {
	page=$BATS_TEST_DIRNAME/../../man/jail-rootfs.1
	for verb in $(jr --help | sed -n 's/^  \([a-z-]*\) .*/\1/p'); do
		run jr "$verb" --help
		[ "$status" = 0 ]
		contains "usage: jail-rootfs $verb"
		grep -q "^\.It Cm $verb" "$page" || { echo "$verb"; return 1; }
		grep -oE -e '--[a-z-]+' <<< "$output" >> options
	done
	sort -u options | while read -r option; do
		grep -q "^\.It Fl -${option#--}\( \|\$\)" "$page" || echo "$option"
	done > missing
	cat missing
	[ ! -s missing ]
}

@test "another user is told to be root" {
	run setpriv --reuid 1000 --clear-groups "$ROOTFS" list
	refuses "must be run as root"
}
