#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_layer.bats - jail-rootfs from-jail --changes: an image that is a layer upon others

load rootfs

# changer IMAGE SCRIPT: a jail upon IMAGE that runs SCRIPT, and has run it
changer() {
	jail run -d --log-output none --image "$1" --name "$ID" -- sh -c "$2; touch /tmp-done; sleep 100"
	wait_for jail exec "$ID" test -e /tmp-done
}

@test "a layer: what was added, changed and deleted, and the jail of it sees what the first one saw" {
	jr busybox
	changer busybox 'mkdir -p /srv/a "/srv/o d"; chmod 711 /srv; chown 5:6 /srv/a; rm /etc/group /bin/ls; echo x >> /etc/passwd
		head -c 12345 /dev/urandom > /srv/a/odd; ln /srv/a/odd /srv/hard; ln -s /etc/shadow /srv/link; mkfifo /srv/fifo
		touch "/srv/o d/new
line"; rm -r /root; echo file > /root; chmod 4711 /bin/busybox'
	look="cd /; find . -xdev ! -path './proc*' ! -path './sys*' ! -path './dev*' -exec stat -c '%A %u:%g %n %h %N' {} +
		cd /srv; sha256sum a/odd hard; cat /etc/passwd /root"
	jail exec "$ID" sh -c "$look" > first
	jail commit --changes "$ID" layer
	jail delete --force "$ID"
	run jail run --image layer -- sh -c "$look"
	[ "$status" = 0 ]
	diff <(sort first) <(sort <<< "$output")
	root=$IMAGES/layer/rootfs
	[ -c "$root/etc/group" ] && [ ! -e "$root/etc/hostname" ] && [ -p "$root/srv/fifo" ]
	[ "$(find "$root" -type f | wc -l)" -lt 12 ]
	run jq -c '[.base[].name, .source.jail]' "$IMAGES/layer/manifest.json"
	expect 0 "[\"busybox\",\"$ID\"]"
}

@test "layers upon layers; a base stays as long as one is upon it, and is the one that it was" {
	jr busybox
	changer busybox 'rm /etc/group'
	jail commit --changes "$ID" one
	jail delete --force "$ID"
	changer one 'echo back > /etc/group; echo x > /two'
	jr from-jail --changes --erofs "$ID" two
	jail delete --force "$ID"
	run jq -c '[.base[].name]' "$IMAGES/two/manifest.json"
	expect 0 '["one","busybox"]'
	run jr rm busybox
	refuses "busybox is used by image "
	run jr busybox --replace
	refuses "busybox cannot be replaced: image "
	run jr rm one busybox
	refuses "is used by image two"
	jr verify
	jq '.digest = "sha256:'"$(printf '%064d' 0)"'"' "$IMAGES/busybox/manifest.json" > m
	cp m "$IMAGES/busybox/manifest.json"
	run jr verify one
	[ "$status" = 1 ]
	contains "one is a layer upon image busybox with sha256:"
	jr rm two one busybox
	has_images
}

@test "export and import: a layer comes back upon its base, and not without it, or upon another one" {
	jr busybox
	changer busybox 'rm /etc/group; echo x > /new'
	jail commit --changes "$ID" layer
	jail delete --force "$ID"
	jr export layer layer.tar.zst
	jr import layer.tar.zst again
	same_digest layer again
	run jail run --image again -- sh -c 'cat /new; ls /etc/group'
	[ "$status" = 1 ] && [ "${lines[0]}" = x ]
	jr rm layer again busybox
	run jr import layer.tar.zst
	refuses "layer is a layer upon image busybox, which is not in $IMAGES"
	mkdir tree
	echo other > tree/file
	tar -C tree -cf - . | jr tar - busybox
	run jr import layer.tar.zst
	refuses "layer is a layer upon image busybox with sha256:"
	has_images busybox
}

@test "a jail without layers, one upon what is no image, one that has stopped, and a seal: no layer, and why" {
	short . sleep 100
	up
	run jr from-jail --changes "$ID" x
	[ "$status" = 1 ]
	contains "the root is not made of layers"
	jail delete --force "$ID"
	cp -a rootfs lower
	short '.jail.rootfs = {lower: ["lower"]} | del(.root)' sleep 100
	up
	run jr from-jail --changes "$ID" x
	refuses "has the layer $BUNDLE/lower, which is no image in $IMAGES"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run jr from-jail --changes "$ID" x
	[ "$status" = 1 ]
	contains "has stopped"
	run jr from-jail --changes --seal "$ID" x
	[ "$status" = 2 ]
	jail delete "$ID"
	has_images
}

@test "files that come, go and become links to the host meanwhile" {
	mkdir -m 755 /run/outside
	echo secret > /run/outside/file
	jr busybox
	changer busybox 'mkdir /d; (while :; do rm -rf /d/*; mkdir /d/x; echo a > /d/x/file; rm -rf /d/x
		ln -s /run/outside /d/x; rm -f /d/x /etc/group; mkfifo /d/x; rm -rf /etc; mkdir /etc; done) & true'
	for i in 1 2 3 4; do
		jr from-jail --changes "$ID" "copy$i"
		! grep -rsq secret "$IMAGES/copy$i/rootfs/d" || return 1
	done
	jail delete --force "$ID"
	[ "$(ls /run/outside)" = file ]
	rm -r /run/outside
	has_images busybox copy1 copy2 copy3 copy4
}
