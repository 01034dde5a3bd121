# SPDX-License-Identifier: LGPL-2.1-or-later
"""in_image.py ROOT USER [VOLUME...] - who USER of an image's config is in ROOT's own passwd and group, and whose
the directories VOLUME are there, as JSON

USER is NAME or UID, then maybe :GROUP or :GID, or empty for root, and is read as docker reads it: a number that
passwd does not know stays itself, a name that it does not know is an error, and without a group the user has
those groups that name it.  The files are read from within ROOT: no link leads out.
"""
import json
import os
import stat
import sys


def fail(text):
    sys.exit("jail-rootfs: " + text)


def rows(path, width):
    """The lines of a file like passwd, split; none when it is not there"""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return []
    with open(fd, "rb") as file:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            return []
        text = file.read(1 << 22).decode("utf-8", "replace")
    split = [line.strip().split(":") for line in text.splitlines() if not line.startswith("#")]
    return [row for row in split if len(row) >= width and row[2].isdecimal()]


def number(text):
    return int(text) if text.isascii() and text.isdecimal() and int(text) < 1 << 31 else None


def owner(path):
    """The options by which a tmpfs gets what the directory has"""
    try:
        found = os.stat(path)
    except OSError:
        return []
    return ["uid=%d" % found.st_uid, "gid=%d" % found.st_gid, "mode=%o" % (found.st_mode & 0o1777)]


def main():
    root, who = sys.argv[1:3]
    os.chroot(root)
    os.chdir("/")
    name, _, group = who.partition(":")
    name = name or "0"
    uid = number(name)
    found = next((row for row in rows("/etc/passwd", 4) if row[0] == name or number(row[2]) == uid is not None), None)
    if found is None and uid is None:
        fail("its user \"%s\" is not in its /etc/passwd" % name)
    user = {"uid": number(found[2]) if found else uid, "gid": (number(found[3]) or 0) if found else 0}
    home = found[5] if found and len(found) > 5 and found[5].startswith("/") else "/"
    groups = rows("/etc/group", 3)
    if group:
        gid = number(group)
        row = next((row for row in groups if row[0] == group or number(row[2]) == gid is not None), None)
        if row is None and gid is None:
            fail("its group \"%s\" is not in its /etc/group" % group)
        user["gid"] = number(row[2]) if row else gid
    elif found:
        more = [number(row[2]) for row in groups if len(row) > 3 and found[0] in row[3].split(",")]
        if more:
            user["additionalGids"] = sorted(set(more))
    print(json.dumps({"user": user, "home": home, "volumes": {path: owner(path) for path in sys.argv[3:]}}))


main()
