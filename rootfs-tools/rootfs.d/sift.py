# SPDX-License-Identifier: LGPL-2.1-or-later
"""sift.py [OPTION...] - pass a tar from standard input to standard output, as long as it is harmless

A member is looked at before any byte of it is passed on, so what is unpacked behind the pipe is what was looked
at, and nothing that comes after the first fault.  Python's tarfile reads the headers.

  --devices      device nodes may be in it
  --whiteouts    so may files that overlays take for deleted ones
  --layer        of an OCI image: hard links may lead to what lower layers have, and no end mark is needed
  --members FILE pass on only those that FILE names, each with a zero byte behind it
  --only NAMES   nothing at the top but NAMES, separated by commas
  --limit BYTES  of all files together, holes too
"""
import argparse
import os
import sys
import tarfile

KINDS = {tarfile.CHRTYPE: "character", tarfile.BLKTYPE: "block"}
PLAIN = (tarfile.REGTYPE, tarfile.AREGTYPE, tarfile.CONTTYPE, tarfile.GNUTYPE_SPARSE, tarfile.DIRTYPE,
         tarfile.FIFOTYPE)


class Fault(Exception):
    pass


class Sieve:
    """What tarfile reads from: headers are held back until release(), data that it skips goes through."""

    def __init__(self, source, sink, layer):
        self.source, self.sink, self.layer = source, sink, layer
        self.held, self.position, self.lent, self.kept_from = [], 0, False, 0

    def read(self, size):
        data = bytes(size) if self.lent else self.source.read(size)
        self.lent = False
        self.position += len(data)
        if self.position > self.kept_from:
            self.held.append(data)
        return data

    def tell(self):
        return self.position

    def seek(self, position):
        if position < self.position:
            raise Fault("its members overlap")
        self.release()
        while self.position < position:
            data = self.source.read(min(position - self.position, 1 << 18))
            if not data and self.layer and position - self.position < tarfile.BLOCKSIZE:
                # As umoci insert writes them: the last file is not filled up to a whole block.
                self.position, self.lent = position, True
                return
            if not data:
                raise Fault("it ends in the middle of a file")
            if self.position >= self.kept_from:
                self.sink.write(data)
            self.position += len(data)

    def release(self):
        for data in self.held:
            self.sink.write(data)
        self.held = []

    def drop(self, start, end):
        """A member: its headers are held, perhaps behind the last byte of the one before it."""
        held = b"".join(self.held)
        self.sink.write(held[:len(held) - (self.position - start)])
        self.held, self.kept_from = [], end


def parts_of(name, what):
    """The components of a name that cannot lead out by itself"""
    if name.startswith("/"):
        raise Fault(what + "is absolute")
    if "\0" in name:
        raise Fault(what + "has a zero byte")
    parts = [part for part in name.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise Fault(what + "has .. in it")
    return parts


class Judge:
    def __init__(self, options):
        self.options, self.links, self.names, self.total = options, {}, set(), 0

    def through_links(self, parts):
        """Where a member really comes to lie: the symbolic links of this archive on its way may not lead out."""
        way, rest, followed = [], list(parts), 0
        while rest:
            part = rest.pop(0)
            if part == "..":
                if not way:
                    raise Fault("is below the symbolic link %s, which leads out" % link)
                way.pop()
                continue
            way.append(part)
            target = self.links.get("/".join(way))
            if target is None or not rest:
                continue
            link, followed = "/".join(way), followed + 1
            if followed > 40:
                raise Fault("is below a loop of symbolic links")
            if target.startswith("/"):
                raise Fault("is below the symbolic link %s, which leads out to %s" % (link, target))
            way.pop()
            rest = [step for step in target.split("/") if step not in ("", ".")] + rest
        return way

    def look_at(self, member):
        parts = parts_of(member.name, "its name ")
        if member.type not in PLAIN and member.type not in KINDS and not (member.issym() or member.islnk()):
            raise Fault("is of an unknown type")
        if not parts and not member.isdir():
            raise Fault("is the root, and not a directory")
        if self.options.only and parts and parts[0] not in self.options.only:
            raise Fault("does not belong into an image")
        parts = self.through_links(parts)
        if member.type in KINDS:
            whiteout = (member.devmajor, member.devminor) == (0, 0)
            if not self.options.devices and not (whiteout and self.options.whiteouts):
                raise Fault("is a %s device, see --devices" % KINDS[member.type])
            if whiteout and not (self.options.whiteouts and member.type == tarfile.CHRTYPE):
                raise Fault("is a device that overlays take for a deleted file")
        if member.islnk():
            target = "/".join(self.through_links(parts_of(member.linkname, "its hard link's target ")))
            if target not in self.names and not self.options.layer:
                raise Fault("is a hard link to %s, which is not in the archive before it" % member.linkname)
        for key in member.pax_headers:
            if key.startswith(("SCHILY.xattr.trusted.", "SCHILY.xattr.user.overlay.")):
                raise Fault("has the attribute %s, which overlays obey" % key[len("SCHILY.xattr."):])
        name = "/".join(parts)
        self.links.pop(name, None)
        if member.issym():
            self.links[name] = member.linkname
        elif not member.isdir():
            self.names.add(name)
            self.total += 0 if member.islnk() else member.size
        if member.size < 0 or self.total > self.options.limit:
            raise Fault("makes it %d bytes in all, and there is room for %d" % (self.total, self.options.limit))


def shown(text):
    return "".join(c if c.isprintable() else "\\x%02x" % (ord(c) & 0xff) for c in text)


def sift(options):
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sieve, judge = Sieve(source, sink, options.layer), Judge(options)
    try:
        archive = tarfile.TarFile(fileobj=sieve, mode="r", format=tarfile.PAX_FORMAT)
        member = archive.next()
        while member is not None:
            if options.members is not None and os.fsencode(member.name.removeprefix("./")) not in options.members:
                sieve.drop(member.offset, archive.offset)
            else:
                try:
                    judge.look_at(member)
                except Fault as fault:
                    raise Fault("refused: %s: %s" % (shown(member.name) or ".", fault)) from None
                sieve.release()
            archive.members = []
            member = archive.next()
    except tarfile.TarError as error:
        raise Fault("it is not a tar: %s" % error) from None
    # tarfile takes whatever it cannot read for the end.  Layers, whose digest tells, may have no mark there.
    last = sieve.held[-1] if sieve.held else b""
    if last.strip(b"\0") or len(last) not in ((0, tarfile.BLOCKSIZE) if options.layer else (tarfile.BLOCKSIZE,)):
        raise Fault("it is damaged, or not whole: there is no end mark after %d bytes" % sieve.position)
    sink.write(bytes(2 * tarfile.BLOCKSIZE))
    sink.flush()
    while source.read(1 << 18):
        pass


def names_in(file):
    with open(file, "rb") as names:
        return set(names.read().split(b"\0")[:-1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", action="store_true")
    parser.add_argument("--whiteouts", action="store_true")
    parser.add_argument("--members", type=names_in)
    parser.add_argument("--layer", action="store_true")
    parser.add_argument("--only", type=lambda names: names.split(","))
    parser.add_argument("--limit", type=int, default=1 << 62)
    parser.add_argument("--what", default="the tar")
    options = parser.parse_args()
    try:
        sift(options)
    except Fault as fault:
        sys.exit("jail-rootfs: %s: %s" % (shown(options.what), fault))
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except (OSError, ValueError, OverflowError, RecursionError) as error:
        sys.exit("jail-rootfs: %s: it cannot be read: %s" % (shown(options.what), error))


main()
