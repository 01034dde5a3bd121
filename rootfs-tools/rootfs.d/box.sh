# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh
# box.sh BOX TREE MORE COMMAND... - in a mount namespace of our own: make what box.bash tells, and go there
set -eu

box=$1 tree=$2 more=$3
shift 3
mount -t tmpfs -o mode=755,size=1m box "$box"
mkdir "$box/usr" "$box/tree" "$box/more"
mount --bind /usr "$box/usr"
mount -o remount,bind,ro,nosuid "$box/usr"
for dir in bin lib lib64 sbin; do
	if [ -L "/$dir" ]; then
		cp -P "/$dir" "$box/$dir"
	elif [ -d "/$dir" ]; then
		mkdir "$box/$dir"
		mount --bind "/$dir" "$box/$dir"
		mount -o remount,bind,ro,nosuid "$box/$dir"
	fi
done
mount --bind "$tree" "$box/tree"
mount -o remount,bind,nosuid,nodev "$box/tree"
if [ -n "$more" ]; then
	mount --bind "$more" "$box/more"
	mount -o remount,bind,ro,nosuid,nodev "$box/more"
fi
mount -o remount,ro "$box"
cd "$box"
pivot_root . .
export PATH=/usr/bin:/usr/sbin:/bin:/sbin HOME=/
# umount(8) asks /proc, which is not there.  The old root is on top of ours, and here.
exec python3 -I -c 'import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
if libc.umount2(b".", 2):
    sys.exit("detach the old root: " + os.strerror(ctypes.get_errno()))
os.chdir("/")
os.execvp(sys.argv[1], sys.argv[1:])' \
	setpriv --no-new-privs --inh-caps=-all \
	--bounding-set=-all,+chown,+dac_override,+dac_read_search,+fowner,+fsetid,+mknod,+setfcap -- "$@"
