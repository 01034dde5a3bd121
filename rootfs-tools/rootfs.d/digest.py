# SPDX-License-Identifier: LGPL-2.1-or-later
"""digest.py DIR - the digest of a tree: SHA-256 of a list of what is in it, sorted, a line of JSON each

[path, kind, mode, uid, gid, time of modification in ns, attributes, …]; behind that the size and SHA-256 of a file, the
target of a link, major and minor of a device.  A further name of a file has only the first one: [path, "link", first].
Sockets are no part of an image.  Paths are bytes, as Latin-1.  The list is the same whatever tools a machine has; that
of tar is not (its versions fill the headers differently).
"""
import hashlib
import json
import os
import stat
import sys

KINDS = {stat.S_IFREG: "file", stat.S_IFDIR: "directory", stat.S_IFLNK: "symlink", stat.S_IFIFO: "fifo",
         stat.S_IFCHR: "character", stat.S_IFBLK: "block"}
NAMES = ("user.", "security.capability", "system.posix_acl_")


def text(data):
    return data.decode("latin-1")


def attributes(name):
    found = (key for key in os.listxattr(name, follow_symlinks=False) if key.startswith(NAMES))
    return {key: os.getxattr(name, key, follow_symlinks=False).hex() for key in sorted(found)}


def content(name):
    digest = hashlib.sha256()
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(fd, "rb", buffering=0) as file:
        while data := file.read(1 << 20):
            digest.update(data)
    return digest.hexdigest()


class Tree:
    def __init__(self):
        self.digest, self.first = hashlib.sha256(), {}

    def put(self, *row):
        self.digest.update(json.dumps(row, separators=(",", ":")).encode() + b"\n")

    def entry(self, path, name):
        """True: a directory"""
        found = os.lstat(name)
        kind = KINDS.get(stat.S_IFMT(found.st_mode))
        if kind is None:
            return False
        directory = kind == "directory"
        if found.st_nlink > 1 and not directory:
            first = self.first.setdefault((found.st_dev, found.st_ino), path)
            if first != path:
                self.put(text(path), "link", text(first))
                return False
        more = []
        if kind == "file":
            more = [found.st_size, content(name)]
        elif kind == "symlink":
            more = [text(os.readlink(name))]
        elif kind in ("character", "block"):
            more = [os.major(found.st_rdev), os.minor(found.st_rdev)]
        self.put(text(path), kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, found.st_mtime_ns,
                 attributes(name), *more)
        return directory

    def walk(self, root):
        """From directory to directory, as paths may become longer than the kernel takes them"""
        os.chdir(root)
        self.entry(b".", b".")
        way, rest = [], [iter(sorted(os.listdir(b".")))]
        while rest:
            name = next(rest[-1], None)
            if name is None:
                rest.pop()
                if rest:
                    way.pop()
                    os.chdir(b"..")
            elif self.entry(b"/".join(way + [name]), name):
                os.chdir(name)
                way.append(name)
                rest.append(iter(sorted(os.listdir(b"."))))


tree = Tree()
tree.walk(os.fsencode(sys.argv[1]))
print(tree.digest.hexdigest())
