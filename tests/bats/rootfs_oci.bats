#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_oci.bats - jail-rootfs oci: registries, directories and archives, and the config's spec

load rootfs

# image [CONFIG...]: an OCI layout here, "img:app", of the tests' root file system and options of umoci config
image() {
	wants_program skopeo umoci
	# No option of umoci unsets what an earlier one has set
	rm -rf img
	umoci init --layout img
	umoci new --image img:app
	if [ ! -d tree ]; then
		cp -a rootfs tree
		echo 'third:x:2001:daemon,user' >> tree/etc/group
		mkdir tree/data
		echo kept > tree/data/file
		chown 1000:1000 tree/data
	fi
	umoci insert --image img:app tree /
	(($# == 0)) || umoci config --image img:app "$@"
}

spec() {
	jq -c "$1" "$IMAGES/img/spec.json"
}

@test "oci: entrypoint, command, environment, directory, user and groups, as docker would run it" {
	image --config.entrypoint sh --config.entrypoint -c --config.cmd 'echo hello $A; pwd; id -u; id -g; id -G; echo $HOME' \
		--config.env 'A=b c' --config.env PATH=/bin --config.user user --config.workingdir /tmp
	run jr oci oci:img:app
	expect 0 ""
	has_images img
	run spec '[.process.args[0], .process.cwd, .process.env, .process.user]'
	expect 0 '["sh","/tmp",["A=b c","PATH=/bin","HOME=/home/user"],{"uid":1000,"gid":1000,"additionalGids":[2000,2001]}]'
	run_image img
	expect 0 $'hello b c\n/tmp\n1000\n1000\n1000 2000 2001\n/home/user'
	run jq -r '.source.ref, (.source.manifest | test("^sha256:"))' "$IMAGES/img/manifest.json"
	expect 0 $'oci:img:app\ntrue'
	jr oci oci:img:app second
	same_digest img second
}

@test "oci: ports, stop signal, labels and volumes" {
	image --config.cmd ls --config.exposedports 80/tcp --config.exposedports 53/udp --config.stopsignal SIGQUIT \
		--config.label a.b=c --config.label org.systemd.property.Foo=1 --config.label run.oci.x=1 \
		--config.volume /data --config.volume /proc/x --config.volume /../etc
	jr oci oci:img:app
	run spec '.annotations | del(."org.opencontainers.image.created")'
	expect 0 '{"org.opencontainers.image.os":"linux","org.opencontainers.image.architecture":"amd64","org.opencontainers.image.stopSignal":"SIGQUIT","org.opencontainers.image.exposedPorts":"53/udp,80/tcp","a.b":"c"}'
	run spec '.mounts, .jail.stopSignal'
	expect 0 '[{"destination":"/data","type":"tmpfs","source":"tmpfs","options":["nosuid","nodev","tmpcopyup","uid=1000","gid=1000","mode=755"]}]
"SIGQUIT"'
	run_image img '.process.args = ["sh", "-c", "cat /data/file; stat -c %u /data; grep -c /data /proc/mounts"]'
	expect 0 $'kept\n1000\n1'
}

@test "oci: of another processor, it has an emulator; of one of 32 bits, the personality" {
	wants_program qemu-aarch64-static
	image --architecture arm64
	jr oci oci:img:app
	run spec '.jail.binfmt[0] | split(":") | .[1, 6, 7]'
	expect 0 $'"qemu-aarch64"\n"'"$(realpath "$(command -v qemu-aarch64-static)")"$'"\n"POCF"'
	image --architecture 386
	jr oci oci:img:app --replace
	run spec '[.jail.binfmt, .linux.personality.domain]'
	expect 0 '[null,"LINUX32"]'
}

# in_image USER: who that is in tree
in_image() {
	run python3 -I "${ROOTFS%/*}/rootfs.d/in_image.py" tree "$@"
}

@test "oci: users by name, number, with a group, and unknown ones" {
	image --config.user user:nosuch
	while read -r user wanted; do
		in_image "$user"
		[ "$(jq -c .user <<< "$output")" = "$wanted" ] || { echo "$user: $output"; return 1; }
	done <<-'END'
		0 {"uid":0,"gid":0}
		daemon {"uid":2,"gid":2,"additionalGids":[2001]}
		2 {"uid":2,"gid":2,"additionalGids":[2001]}
		4242 {"uid":4242,"gid":0}
		user:daemon {"uid":1000,"gid":2}
		1000:77 {"uid":1000,"gid":77}
		4242:extra {"uid":4242,"gid":2000}
	END
	in_image ""
	[ "$(jq -c . <<< "$output")" = '{"user":{"uid":0,"gid":0},"home":"/root","volumes":{}}' ]
	in_image nosuch
	refuses 'its user "nosuch" is not in its /etc/passwd'
	run jr oci oci:img:app
	refuses 'its group "nosuch" is not in its /etc/group'
	has_images
}

@test "oci: an image that says nothing is a shell of root's" {
	image
	jr oci oci:img:app
	run spec '[.process.user, .process.args, .process.cwd, .mounts]'
	expect 0 '[{"uid":0,"gid":0},["/bin/sh"],"/",null]'
}

@test "oci: the host's passwd is not the image's" {
	image --config.user daemon
	rm tree/etc/passwd
	for evil in 'ln -s ../../../../../../../etc/passwd' 'ln -s /proc/self/root/etc/passwd' mkfifo; do
		$evil tree/etc/passwd
		in_image daemon
		refuses 'its user "daemon" is not in its /etc/passwd'
		rm tree/etc/passwd
	done
}

@test "oci: docker-archive, dir, and layers that delete" {
	image --config.cmd cat --config.cmd /new
	mkdir more
	echo "new one" > more/new
	umoci insert --image img:app more /
	umoci insert --image img:app --whiteout /data/file
	skopeo copy -q oci:img:app docker-archive:image.tar:img:app
	skopeo copy -q oci:img:app dir:dir
	jr oci docker-archive:image.tar archive
	jr oci dir:dir
	has_images archive dir
	same_digest archive dir
	[ ! -e "$IMAGES/dir/rootfs/data/file" ] && [ -d "$IMAGES/dir/rootfs/data" ]
	run_image archive
	expect 0 "new one"
}

@test "oci: a registry on loopback" {
	image --config.entrypoint echo --config.cmd "from the registry" --config.user 1000
	wants_program docker-registry
	cat > registry.yml <<-END
		version: 0.1
		storage: {filesystem: {rootdirectory: $PWD/registry}}
		http: {addr: "127.0.0.1:5123"}
	END
	background docker-registry serve registry.yml > registry.log 2>&1
	wait_for busybox wget -qO- http://127.0.0.1:5123/v2/
	skopeo copy -q --dest-tls-verify=false oci:img:app docker://127.0.0.1:5123/some/app:1.0
	run jr oci docker://127.0.0.1:5123/some/app:1.0 --tls-verify=false
	expect 0 ""
	has_images app
	run_image app
	expect 0 "from the registry"
	run jr oci 127.0.0.1:5123/some/app:1.0 short --tls-verify=false
	expect 0
	same_digest app short
	run jr oci docker://127.0.0.1:5123/some/app:1.0 tls
	refuses "fetch: "
	run jr oci docker://127.0.0.1:5123/some/app:nosuch no --tls-verify=false
	refuses "fetch: "
	# A blob that is not what its name says
	blob=$(find registry -path '*/sha256/*' -name data -size +100k)
	printf x | dd of="$blob" bs=1 seek=5000 conv=notrunc status=none
	run jr oci docker://127.0.0.1:5123/some/app:1.0 bad --tls-verify=false
	refuses
	has_images app short
}

@test "oci: no such image; a layer that was changed; a layer with a device, and with .." {
	image
	run jr oci oci:img:nosuch
	refuses "fetch: "
	run jr oci oci:nosuch:app
	refuses "fetch: "
	run jr oci "bad name"
	[ "$status" != 0 ]
	blob=$(find img/blobs -size +100k)
	cp "$blob" layer
	printf x | dd of="$blob" bs=1 seek=5000 conv=notrunc status=none
	run jr oci oci:img:app
	refuses
	has_images
	for evil in 'add("dev/x", type=tarfile.CHRTYPE, devmajor=1, devminor=1)' 'add("../../../../evil", b"x")' 'hard("h", "/etc/passwd")'; do
		make_tar layer.tar <<< "$evil"
		umoci init --layout evil
		umoci new --image evil:app
		umoci raw add-layer --image evil:app layer.tar
		run jr oci oci:evil:app
		refuses "oci:evil:app, layer sha256:"
		contains "refused: "
		rm -rf evil
	done
	has_images
}
