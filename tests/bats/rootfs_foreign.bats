#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_foreign.bats - other systems on this kernel: musl in place of glibc, a Debian of some years ago, one of 32 bits,
# and one of another processor; tests/bats/run has made the images of Debian

load rootfs

# image NAME: IMAGE is its directory; nothing may be written there
image() {
	local store=${JAIL_TEST_FOREIGN:-/nosuch}
	wants_program mmdebstrap
	IMAGE=$store/images/$1
	[ -e "$IMAGE/spec.json" ] || skip "no image of $1: $(head -n 1 "$store/$1.why" 2> /dev/null || echo "tests/bats/run makes it")"
}

# changed FILTER ARG...: config.json is the image's own spec, running ARG...
changed() {
	jq ".jail.rootfs.lower |= map(\"$IMAGE/\" + .) | .process.args = \$ARGS.positional | $1" --args -- "${@:2}" \
		< "$IMAGE/spec.json" > config.json
}

runs() {
	changed . "$@"
	go
}

# arm: the image of an ARM
arm() {
	needs binfmt_misc in a user namespace
	image arm64
}

@test "arm64: uname and a shell, by an emulator that is not in the image" {
	arm
	runs /bin/sh -c 'uname -m; for i in a b; do echo $i | grep b; done; ls /usr/bin/qemu* 2>&1; cat /made-on'
	expect 0 $'aarch64\nb\nls: cannot access \'/usr/bin/qemu*\': No such file or directory\naarch64'
	[ "$(od -An -tx1 -j18 -N1 "$IMAGE/rootfs/bin/dash")" = " b7" ]
	run jq -r .architecture "$IMAGE/manifest.json"
	expect 0 arm64
	changed . /bin/sh
	output=$(echo 'cd /etc; uname -m; pwd' | jail run config.json "$ID")
	expect 0 $'aarch64\n/etc'
}

@test "arm64: nothing is registered on the machine, and other jails do not have it" {
	arm
	runs uname -m
	expect 0 aarch64
	run unshare -m sh -c 'mount -t binfmt_misc none /mnt && ls /mnt'
	lacks qemu
	changed 'del(.jail.binfmt)' /bin/sh
	go
	fails "process.args: exec /bin/sh: Exec format error"
}

@test "arm64: what exec adds, an image of a running jail, and setuid programs" {
	arm
	changed . sleep 1000
	up
	run jail exec "$ID" /bin/sh -c 'uname -m; exec uname -s'
	expect 0 $'aarch64\nLinux'
	jr from-jail "$ID" arm
	jail delete -f "$ID"
	run jq -r .architecture "$IMAGES/arm/manifest.json"
	expect 0 arm64
	run_image arm '.process.args = ["uname", "-m"]'
	expect 0 aarch64
	changed '.process.user = {uid: 1000, gid: 1000} | .process.noNewPrivileges = false' \
		/bin/suid -p -c 'grep Uid /proc/$$/status'
	go
	expect 0 $'Uid:\t1000\t0\t0\t0'
}

@test "arm64: exported and imported, it has an emulator again" {
	arm
	wants_program zstd
	JAIL_DATA_DIR=$JAIL_TEST_FOREIGN jr export arm64 "$BATS_TEST_TMPDIR/arm.tar.zst"
	jr import "$BATS_TEST_TMPDIR/arm.tar.zst" arm
	run_image arm '.process.args = ["uname", "-m"]'
	expect 0 aarch64
}

@test "an emulator that is missing, or is none" {
	wants_program mmdebstrap
	mkdir bin
	ln -s /usr/bin/* bin
	rm -f bin/qemu-*
	PATH=$PWD/bin run "$BASH" "$ROOTFS" debian --architecture arm64
	refuses "programs of arm64 need qemu-aarch64-static: install Debian's package qemu-user-static"
	run jr debian --architecture arm64 --emulator /nosuch
	refuses "there is no static program /nosuch"
	run jr debian --architecture arm64 --emulator /usr/bin/env
	refuses "there is no static program /usr/bin/env"
	run jr debian --architecture vax --emulator "$BUNDLE/rootfs/bin/busybox"
	refuses "no emulator is known for vax"
}

@test "i386: a shell, and a machine of 32 bits" {
	image i386
	runs /bin/sh -c 'uname -m; getconf LONG_BIT; dpkg --print-architecture'
	expect 0 $'i686\n32\ni386'
	changed . sleep 1000
	up
	jr from-jail "$ID" copy
	jail delete -f "$ID"
	run_image copy '.process.args = ["uname", "-m"]'
	expect 0 i686
	run jq -r .architecture "$IMAGES/copy/manifest.json"
	expect 0 i386
}

@test "oldstable: a shell, and its packages" {
	image oldstable
	runs /bin/bash -c 'uname -m; cut -d. -f1 /etc/debian_version; dpkg -s bash | grep Status; su nobody -s /bin/sh -c "id -un"'
	expect 0 "$(uname -m)"$'\n11\nStatus: install ok installed\nnobody'
}

# busybox, and what Alpine's programs are: linked with musl, whose loader is in the tree
@test "musl: a tree like Alpine's, from a tar" {
	wants_program musl-gcc
	cat > hello.c <<-'END'
		#include <netdb.h>
		#include <pthread.h>
		#include <pwd.h>
		#include <stdio.h>
		#include <sys/utsname.h>

		static void *say(void *name)
		{
			struct utsname u;
			struct addrinfo *a;

			uname(&u);
			printf("%s %s %d\n", u.machine, getpwuid(1000)->pw_name, getaddrinfo(name, "80", 0, &a));
			return 0;
		}

		int main(void)
		{
			pthread_t t;

			return pthread_create(&t, 0, say, "localhost") || pthread_join(t, 0);
		}
	END
	musl-gcc -o rootfs/bin/hello hello.c
	loader=$(readelf -p .interp rootfs/bin/hello | grep -o '/lib/ld-musl[^ ]*')
	mkdir -p rootfs/lib
	cp -L "$loader" rootfs/lib
	echo 127.0.0.1 localhost > rootfs/etc/hosts
	tar -C rootfs -cf alpine.tar .
	jr tar alpine.tar alpine
	run_image alpine '.process.args = ["/bin/sh", "-c", "uname -m; hello; ls /lib"]'
	expect 0 "$(uname -m)"$'\n'"$(uname -m) user 0"$'\n'"${loader#/lib/}"
}
