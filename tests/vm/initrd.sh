#!/bin/busybox sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# The first program of the virtual machine: find the disk, and go on there
export PATH=/bin
/bin/busybox --install -s /bin
mount -t devtmpfs dev /dev
while read -r module; do
	insmod "/$module"
done < /modules
until [ -b /dev/vda ]; do
	usleep 10000
done
mount -t ext4 -o rw /dev/vda /root
umount /dev
exec switch_root /root /sbin/init
