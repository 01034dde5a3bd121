#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""first_page.py JAIL IMAGES [--runs N] [--peer RUNC] - how long an appliance takes from nothing that runs to its page

The wiki of rootfs-tools: once by jail (layers, user namespace, a network and a published port of its own, which opens
when the health check passes), and by runc with the same tree, volumes and systemd, which shares the network and the ids
of the host: the same services, and less around them.  Both get volumes that have been set up by the appliance.  By
turns; medians at the end.  In the sandbox of tests/bats; IMAGES is what tests/appliance/images has printed.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import time
import urllib.error
import urllib.request

NAME = "mediawiki"
PAGE = "/mediawiki/index.php?title=Special:Statistics"

CAPS = ["CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
        "NET_BIND_SERVICE", "NET_ADMIN", "SYS_CHROOT", "SYS_ADMIN", "AUDIT_WRITE", "SETFCAP",
        "MKNOD"]


def run(*command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)


def until_page(port, start, seconds=120):
    """Seconds since start until the page is whole"""
    while time.monotonic() < start + seconds:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=20) as answer:
                if b"mw-statistics-users" in answer.read():
                    return time.monotonic() - start
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.01)
    raise SystemExit(f"no page at port {port}")


class Jail:
    name = "jail"

    def __init__(self, command):
        self.command = command

    def start(self):
        run(self.command, "appliance", "start", NAME)

    def page(self, start):
        return until_page(8080, start)

    def stop(self):
        run(self.command, "appliance", "stop", NAME)


class Runc:
    def __init__(self, command, data, work):
        self.command, self.name, self.bundle = command, os.path.basename(command), f"{work}/bundle"
        os.makedirs(self.bundle)
        run("cp", "-a", "-T", f"{data}/images/{NAME}-1/rootfs", f"{self.bundle}/rootfs")
        run(command, "spec", cwd=self.bundle)
        with open(f"{self.bundle}/config.json", encoding="utf-8") as f:
            config = json.load(f)
        with open(f"{data}/appliances/{NAME}/spec.json", encoding="utf-8") as f:
            volumes = [m for m in json.load(f)["mounts"] if m["type"] == "bind"]
        every = ["CAP_" + name for name in CAPS]
        config["process"].update(terminal=False, args=["/sbin/init"], noNewPrivileges=False,
                                 env=config["process"]["env"] + ["container=runc"],
                                 capabilities={k: every for k in ("bounding", "effective", "permitted")})
        config["root"]["readonly"] = False
        config["hostname"] = NAME
        config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "network"]
        if not any(n["type"] == "cgroup" for n in config["linux"]["namespaces"]):
            config["linux"]["namespaces"].append({"type": "cgroup"})
        config["linux"]["readonlyPaths"] = []
        for mount in config["mounts"]:
            if mount["type"] == "cgroup":
                mount["options"] = [o for o in mount["options"] if o != "ro"]
        for volume in volumes:
            config["mounts"].append({**volume, "options": [o for o in volume["options"] if o != "idmap"]})
        for path in ("/run", "/tmp"):
            config["mounts"].insert(len(config["mounts"]) - len(volumes), {
                "destination": path, "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=755"]})
        with open(f"{self.bundle}/config.json", "w", encoding="utf-8") as f:
            json.dump(config, f, indent=1)

    def start(self):
        run(self.command, "run", "-d", "--bundle", self.bundle, "bench", stdin=subprocess.DEVNULL)

    def page(self, start):
        return until_page(80, start)

    def stop(self):
        subprocess.run([self.command, "delete", "--force", "bench"], check=False, stderr=subprocess.DEVNULL)
        time.sleep(0.5)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("jail")
    parser.add_argument("images")
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--peer", default=shutil.which("runc"))
    args = parser.parse_args()
    work = os.environ.get("TMPDIR", "/tmp") + "/first-page"
    data = f"{work}/data"
    os.makedirs(f"{data}/images")
    run("cp", "-al", f"{args.images}/images/{NAME}-1", f"{data}/images/{NAME}-1")
    os.environ["JAIL_DATA_DIR"] = data
    run(args.jail, "appliance", "run", NAME)
    run(args.jail, "appliance", "stop", NAME)
    peers = [Jail(args.jail), Runc(args.peer, data, work)]
    times = {peer.name: [] for peer in peers}
    try:
        for _ in range(args.runs):
            for peer in peers:
                start = time.monotonic()
                peer.start()
                times[peer.name].append(peer.page(start))
                peer.stop()
                print(peer.name, f"{times[peer.name][-1]:.2f} s", flush=True)
    finally:
        peers[1].stop()
        run(args.jail, "appliance", "remove", "--yes", NAME)
        shutil.rmtree(work)
    medians = [statistics.median(times[peer.name]) for peer in peers]
    print(f"first page of the wiki, medians of {args.runs}: jail {medians[0]:.2f} s, {peers[1].name} {medians[1]:.2f} s, "
          f"ratio {medians[0] / medians[1]:.2f}")


main()
