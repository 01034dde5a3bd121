# SPDX-License-Identifier: LGPL-2.1-or-later
"""mapped.py UIDS GIDS COMMAND... - run COMMAND as root of a user namespace with these maps

unshare(1) would have newuidmap(1) write them, which asks /etc/subuid; root may write them itself.
"""
import ctypes
import os
import sys

CLONE_NEWUSER = 0x10000000


def child(ready, go, command):
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWUSER):
        sys.exit("new user namespace: " + os.strerror(ctypes.get_errno()))
    os.write(ready, b"x")
    if os.read(go, 1) != b"x":
        sys.exit(1)
    os.setgroups([])
    os.setresgid(0, 0, 0)
    os.setresuid(0, 0, 0)
    os.execvp(command[0], command)


def main():
    uids, gids, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    ready, go = os.pipe(), os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(go[1])
        child(ready[1], go[0], command)
    os.close(ready[1])
    if os.read(ready[0], 1) == b"x":
        for name, text in (("uid_map", uids), ("gid_map", gids)):
            with open("/proc/%d/%s" % (pid, name), "w") as file:
                file.write(text)
        os.write(go[1], b"x")
    os.close(go[1])
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) & 0xff)


main()
