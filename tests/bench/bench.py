#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bench.py - jail beside crun, runc, bwrap and a floor program, in one run

usage: bench.py --build DIR [--runs N] [--json FILE] [--jail PATH] [--only OPERATION]…

Everything runs in a private mount and network namespace with a cgroup2 of its own view, its
own /run and a root file system on tmpfs.  The peers take turns, run by run, so that noise hits
all of them alike.  A peer that is missing, or cannot do an operation, is told in the table.
"""

import argparse
import copy
import datetime
import json
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys

from engine import Engine, engine_config

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = "/run/bench"
MOUNTS = 1000
JAILS = 500

# operation, what the table calls it, its peers, the share of --runs, targets: (of whom, times), or in ms
OPERATIONS = [
    ("run", "run, no seccomp", ("floor", "bwrap", "jail", "crun", "runc"), 1,
     (("crun", 0.45), ("floor", 1.5))),
    ("seccomp", "run, default seccomp, cache warm", ("jail", "crun", "runc"), 1, (("crun", 0.40),)),
    ("create", "create + start + delete", ("jail", "crun", "runc"), 1, (("crun", 0.40),)),
    ("engine", "an engine's create, start, exec, kill, delete", ("jail", "crun", "runc"), 2,
     (("crun", 0.40), ("runc", 0.12))),
    ("exec", "exec in a running jail", ("jail", "crun", "runc"), 1, (("crun", 0.45),)),
    ("state", "state", ("jail", "crun", "runc"), 1, (("crun", 0.35),)),
    ("kill", "kill", ("jail", "crun", "runc"), 1, (("crun", 0.35),)),
    ("mounts", "run, 1,000 mounts", ("jail", "crun", "runc"), 4, (("crun", 0.5),)),
    ("stats", f"stats of {JAILS} jails", ("jail",), 3, (("ms", 100),)),   # the last: they all run
]


class Failed(Exception):
    """A command of a peer did not do what it should."""


# ---- the sandbox ----

def enter_sandbox():
    """Start over in private namespaces; returns only inside them."""
    if os.environ.get("BENCH_INSIDE") != "1":
        if os.geteuid() != 0:
            sys.exit("bench.py: needs root")
        os.environ["BENCH_INSIDE"] = "1"
        os.execvp("unshare", ["unshare", "-mn", "--propagation", "private", sys.executable] + sys.argv)
    for command in ("umount -l /sys/fs/cgroup", "mount -t cgroup2 none /sys/fs/cgroup",
                    "mount -t tmpfs none /run", f"mkdir -p {WORK}/rootfs", "ip link set lo up"):
        subprocess.run(command.split(), check=command.startswith("mount"))


def cgroup_counts():
    """How many cgroups there are, alive and dying."""
    with open("/sys/fs/cgroup/cgroup.stat", encoding="ascii") as f:
        stat = dict(line.split() for line in f)
    return int(stat["nr_descendants"]), int(stat["nr_dying_descendants"])


def check_hierarchy():
    """Writing subtree_control walks all cgroups: leftovers of others would slow some peers only."""
    alive, dying = cgroup_counts()
    if alive > 200 or dying > 2000:
        sys.exit(f"bench.py: the cgroup hierarchy is not clean ({alive} cgroups, {dying} dying): "
                 "the numbers would flatter us")
    return alive


def make_rootfs(build):
    root = f"{WORK}/rootfs"
    for name in ("proc", "dev", "sys", "tmp", "etc", "src"):
        os.makedirs(f"{root}/{name}")
    for i in range(MOUNTS):
        os.makedirs(f"{root}/m/{i}")
    for name in ("true", "pause"):
        shutil.copy(f"{build}/tests/bench/{name}", f"{root}/{name}")
    return root


# ---- configurations ----

def base_config(root):
    """What `runc spec` writes, with a cgroup namespace, as engines ask for it."""
    writer = shutil.which("runc") or shutil.which("crun")
    if not writer:
        sys.exit("bench.py: needs runc or crun, to write a configuration and to compare with")
    where = f"{WORK}/spec"
    os.makedirs(where)
    subprocess.run([writer, "spec"], check=True, cwd=where)
    with open(f"{where}/config.json", encoding="utf-8") as f:
        config = json.load(f)
    config["process"]["terminal"] = False
    config["process"]["args"] = ["/true"]
    config["root"] = {"path": root, "readonly": True}
    config["linux"]["namespaces"] = [{"type": t} for t in
                                     ("pid", "network", "ipc", "uts", "mount", "cgroup")]
    # Debian's crun cannot load device rules without CAP_SYS_RESOURCE: nobody gets any.
    config["linux"].pop("resources", None)
    return config


def with_seccomp(config):
    """The default profile as an engine on this machine would pass it: with its own architectures."""
    family = {"x86_64": ["X86_64", "X86", "X32"], "aarch64": ["AARCH64", "ARM"]}
    with open(f"{HERE}/../../config/seccomp/default.json", encoding="utf-8") as f:
        profile = json.load(f)
    profile["architectures"] = ["SCMP_ARCH_" + a for a in family[platform.machine()]]
    config = copy.deepcopy(config)
    config["linux"]["seccomp"] = profile
    return config


def with_mounts(config):
    config = copy.deepcopy(config)
    config["mounts"] += [{"destination": f"/m/{i}", "type": "bind", "source": f"{WORK}/rootfs/src",
                          "options": ["bind", "ro"]} for i in range(MOUNTS)]
    return config


def with_limit(config):
    config = copy.deepcopy(config)
    config["linux"]["resources"] = {"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]}
    return config


def with_layers(config):
    """The same root as the lower layer of an overlay, changes in memory."""
    config = copy.deepcopy(config)
    config["jail"] = {"rootfs": {"lower": [config["root"]["path"]]}}
    return config


def without_cgroup(config):
    config = copy.deepcopy(config)
    config["mounts"] = [m for m in config["mounts"] if m["type"] not in ("cgroup", "cgroup2")]
    config["linux"]["namespaces"] = [n for n in config["linux"]["namespaces"] if n["type"] != "cgroup"]
    return config


def with_args(config, args):
    config = copy.deepcopy(config)
    config["process"]["args"] = args
    return config


def write_bundle(name, peer, config):
    """Each runtime has a bundle of its own, because its cgroup is named in it."""
    path = f"{WORK}/{peer}/{name}"
    os.makedirs(path)
    config = copy.deepcopy(config)
    if name != "many":
        config["linux"]["cgroupsPath"] = f"/bench-{peer}-{name}"
    with open(f"{path}/config.json", "w", encoding="utf-8") as f:
        json.dump(config, f)
    return path


# ---- measuring ----

class Timer:
    """The small program that spawns and measures; see timer.c."""

    def __init__(self, path):
        self.process = subprocess.Popen([path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, *fields):
        self.process.stdin.write("\t".join(str(f) for f in fields) + "\n")
        self.process.stdin.flush()
        ns, status, rss = self.process.stdout.readline().split()
        return int(ns) / 1e6, int(status), int(rss)

    def run(self, argv):
        """Milliseconds and peak kilobytes of one command that has to succeed."""
        ms, status, rss = self.ask("run", *argv)
        if status != 0:
            again = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                   timeout=60, check=False)
            text = (again.stderr or again.stdout).strip().splitlines()
            raise Failed(text[-1][:160] if text else f"wait status {status}")
        return ms, rss

    def reap(self, pid):
        self.ask("reap", pid)


class Runtime:
    """An OCI command line."""

    def __init__(self, name, path, timer, bundles):
        self.name, self.timer, self.bundles = name, timer, bundles
        self.command = [path, "--root", f"{WORK}/{name}/state"]
        self.running = self.driver = None
        self.many, self.start_ms = [], []

    def call(self, *args):
        return self.timer.run(self.command + list(args))

    def foreground(self, bundle):
        return self.call("run", "--bundle", self.bundles[bundle], "b-" + bundle)

    def run(self):
        return self.foreground("plain")

    def seccomp(self):
        return self.foreground("seccomp")

    def mounts(self):
        return self.foreground("mounts")

    def limited(self):
        """A cgroup with a limit of the one controller that every cgroup2 here has."""
        return self.foreground("limited")

    def layers(self):
        return self.foreground("layers")

    def without_cgroup(self):
        """The cgroup and its mount are left out; all else is the same."""
        return self.timer.run(self.command[:1] + ["--cgroup-manager", "disabled"] + self.command[1:] +
                              ["run", "--bundle", self.bundles["nocgroup"], "b-nocgroup"])

    def create_only(self, bundle, name):
        pid_file = f"{WORK}/{self.name}/pid"
        cost = self.call("create", "--bundle", self.bundles[bundle], "--pid-file", pid_file, name)
        with open(pid_file, encoding="ascii") as f:
            return cost, int(f.read())

    def create(self):
        """Waiting for the program to end, between start and delete, is not measured."""
        (ms, rss), pid = self.create_only("plain", "b-create")
        start, rss2 = self.call("start", "b-create")
        self.timer.reap(pid)
        delete, rss3 = self.call("delete", "b-create")
        return ms + start + delete, max(rss, rss2, rss3)

    def engine(self):
        if not self.driver:
            self.driver = Engine(f"{WORK}/{self.name}/driver", self.call, self.timer.reap)
        return self.driver.life(self.bundles["engine"], "b-engine")

    def keep_running(self):
        if self.running is None:
            _, self.running = self.create_only("pause", "b-pause")
            self.call("start", "b-pause")

    def exec(self):
        self.keep_running()
        return self.call("exec", "b-pause", "/true")

    def state(self):
        self.keep_running()
        return self.call("state", "b-pause")

    def kill(self):
        self.keep_running()
        return self.call("kill", "b-pause", "CONT")

    def stats(self):
        """All that run at once: the first time they are made."""
        while len(self.many) < JAILS:
            name = f"b-many-{len(self.many)}"
            (ms, _), pid = self.create_only("many", name)
            self.many.append((name, pid))
            self.start_ms.append(ms + self.call("start", name)[0])
        return self.call("stats", "--no-stream")

    def waiting_memory(self):
        """Private kilobytes of what waits between create and start."""
        _, pid = self.create_only("plain", "b-wait")
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as f:
            kb = sum(int(n) for n in re.findall(r"^Private_\w+:\s+(\d+) kB", f.read(), re.M))
        self.call("delete", "--force", "b-wait")
        self.timer.reap(pid)
        return kb

    def stop(self):
        for name in ("b-pause", "b-create", "b-engine", "b-wait", "b-plain", "b-seccomp", "b-mounts"):
            if os.path.exists(f"{WORK}/{self.name}/state/{name}"):
                subprocess.run(self.command + ["delete", "--force", name], check=False,
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if self.running:
            self.timer.reap(self.running)
        for name, pid in self.many:
            subprocess.run(self.command + ["delete", "--force", name], check=False,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.timer.reap(pid)


class Simple:
    """A program that only runs a command."""

    def __init__(self, name, argv, timer):
        self.name, self.argv, self.timer = name, argv, timer

    def run(self):
        return self.timer.run(self.argv)

    def stop(self):
        pass


def make_peers(options, timer, root):
    """Those that are here, and why the others are not."""
    config = base_config(root)
    configs = {"plain": config, "seccomp": with_seccomp(config), "mounts": with_mounts(config),
               "pause": with_args(config, ["/pause"]), "many": with_args(config, ["/pause"]),
               "limited": with_limit(config), "layers": with_layers(config), "nocgroup": without_cgroup(config),
               "engine": engine_config(root, f"{WORK}/binds", ["/pause"])}
    peers, missing = {}, {}
    floor = f"{options.build}/tests/bench/floor"
    peers["floor"] = Simple("floor", [floor, root, "/true"], timer)
    bwrap = shutil.which("bwrap")
    if bwrap:
        peers["bwrap"] = Simple("bwrap", [
            bwrap, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts",
            "--unshare-cgroup", "--hostname", "runc", "--ro-bind", root, "/", "--proc", "/proc",
            "--dev", "/dev", "--mqueue", "/dev/mqueue", "--ro-bind", "/sys", "/sys", "/true"], timer)
    for name in ("jail", "crun", "runc"):
        path = options.jail if name == "jail" else shutil.which(name)
        if path and os.access(path, os.X_OK):
            bundles = {b: write_bundle(b, name, c) for b, c in configs.items()}
            peers[name] = Runtime(name, path, timer, bundles)
    for name in ("floor", "bwrap", "jail", "crun", "runc"):
        if name not in peers:
            missing[name] = "not installed"
    return peers, missing


def summary(samples):
    ordered = sorted(samples)
    pick = lambda q: ordered[min(len(ordered) - 1, int(q * len(ordered)))]
    return {"median": statistics.median(ordered), "p10": pick(0.10), "p90": pick(0.90),
            "n": len(ordered)}


def measure(operation, peers, runs):
    """The peers in turns, each time in another order; the first round only warms up."""
    times, rss, failed = {}, {}, {}
    names = [n for n in operation[2] if n in peers]
    for i in range(runs + 1):
        for k in range(len(names)):
            name = names[(i + k) % len(names)]
            if name in failed:
                continue
            try:
                ms, kb = getattr(peers[name], operation[0])()
            except (Failed, OSError, subprocess.SubprocessError) as e:
                failed[name] = str(e)
                continue
            if i:
                times.setdefault(name, []).append(ms)
                rss[name] = max(rss.get(name, 0), kb)
    result = {n: dict(summary(v), max_rss_kb=rss[n]) for n, v in times.items() if n not in failed}
    result.update({n: {"failed": why} for n, why in failed.items()})
    return result


def measure_pairs(with_it, without_it, runs):
    """What something adds to a run, pair by pair."""
    pairs = [(with_it()[0], without_it()[0]) for _ in range(runs + 1)][1:]
    return {"with": summary([a for a, _ in pairs]), "without": summary([b for _, b in pairs]),
            "difference": summary([a - b for a, b in pairs])}


def density(start_ms):
    """The last tenth of many starts beside the first: does it get slower when there are many?"""
    tenth = len(start_ms) // 10
    first, last = statistics.median(start_ms[:tenth]), statistics.median(start_ms[-tenth:])
    return {"first": first, "last": last, "ratio": last / first}


def measure_memory(peers, results):
    """Peak of the runtime over `run`, and what waits between create and start."""
    peak = {n: r["max_rss_kb"] for n, r in results.get("run", {}).items() if "median" in r}
    waiting = {}
    for name, peer in peers.items():
        if isinstance(peer, Runtime):
            try:
                waiting[name] = peer.waiting_memory()
            except (Failed, OSError) as e:
                waiting[name] = str(e)
    return {"peak_kb": peak, "waiting_private_kb": waiting}


# ---- telling ----

PEERS = ("floor", "bwrap", "jail", "crun", "runc")


def verdict(value, limit):
    return "reached" if value <= limit else "**missed**"


def time_row(operation, result, missing):
    cells = []
    for peer in PEERS:
        r = result.get(peer)
        if peer not in operation[2]:
            cells.append("–")
        elif r is None:
            cells.append(missing.get(peer, "–"))
        elif "failed" in r:
            cells.append("failed")
        else:
            cells.append(f"{r['median']:.2f} [{r['p10']:.2f} – {r['p90']:.2f}]")
    targets, ratios = [], []
    for whom, limit in operation[4]:
        if whom == "ms":
            targets.append(f"{limit} ms")
            mine = result.get("jail", {}).get("median")
            ratios.append(f"{mine:.0f} ms, {verdict(mine, limit)}" if mine else "not measured")
            continue
        targets.append(f"{limit:g} × {whom}")
        if "median" in result.get("jail", {}) and "median" in result.get(whom, {}):
            ratio = result["jail"]["median"] / result[whom]["median"]
            ratios.append(f"{ratio:.2f} × {whom}, {verdict(ratio, limit)}")
        else:
            ratios.append("not measured")
    return [operation[1]] + cells + ["; ".join(targets), "; ".join(ratios)]


def memory_row(title, values, limit, target):
    cells = [f"{values[p]} kB" if isinstance(values.get(p), int) else "–" for p in PEERS]
    jail = values.get("jail")
    said = f"{jail} kB, {verdict(jail, limit)}" if isinstance(jail, int) else "not measured"
    return [title] + cells + [target, said]


def pairs_row(title, pairs, limit):
    cells = [f"{pairs[k]['median']:.2f}" for k in ("with", "without")]
    ms = pairs["difference"]["median"]
    return [f"{title}: `run` with it, without it", "–", "–", " / ".join(cells), "–", "–",
            f"{limit} ms", f"{ms:.2f} ms, {verdict(ms, limit)}"]


def density_row(d):
    return [f"create + start, {JAILS} jails in a row: the first, the last tenth", "–", "–",
            f"{d['first']:.2f} / {d['last']:.2f}", "–", "–", "1.3 ×",
            f"{d['ratio']:.2f} ×, {verdict(d['ratio'], 1.3)}"]


def print_table(report):
    head = ["operation (ms: median [p10 – p90])", *PEERS, "at most", "measured"]
    rows = [time_row(op, report["operations"][op[0]], report["missing"])
            for op in OPERATIONS if op[0] in report["operations"]]
    memory = report["memory"]
    rows.append(memory_row("peak memory of the runtime", memory["peak_kb"], 4096, "4 MB"))
    rows.append(memory_row("private memory of what waits for start", memory["waiting_private_kb"], 300,
                           "300 kB"))
    if "cgroup" in report:
        rows.append(pairs_row("a cgroup with a limit", report["cgroup"], 0.4))
        rows.append(pairs_row("an overlay over a shared layer", report["layers"], 0.5))
    if "density" in report:
        rows.append(density_row(report["density"]))
    print(f"{report['date']}, {report['machine']}, {report['runs']} runs each\n")
    for row in [head, ["---"] * len(head)] + rows:
        print("| " + " | ".join(row) + " |")
    for op, result in report["operations"].items():
        for peer, r in result.items():
            if "failed" in r:
                print(f"\n{peer} failed at {op}: {r['failed']}")
    if report["cgroups_left"]:
        print(f"\n{report['cgroups_left']} cgroups were left behind")


def machine():
    model = "unknown processor"
    with open("/proc/cpuinfo", encoding="utf-8") as f:
        found = re.search(r"^model name\s*:\s*(.*)$", f.read(), re.M)
        model = found.group(1) if found else model
    return f"Linux {platform.release()}, {os.cpu_count()} × {model}"


def versions(peers):
    result = {}
    for name, peer in peers.items():
        command = peer.command[0] if isinstance(peer, Runtime) else peer.argv[0]
        if name != "floor":
            out = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
            result[name] = (out.stdout.splitlines() or ["unknown"])[0]
    return result


def parse_options():
    p = argparse.ArgumentParser(description="jail beside crun, runc, bwrap and a floor program")
    p.add_argument("--build", required=True, help="where floor, timer, true and pause were built")
    p.add_argument("--jail", help="the jail command (default: BUILD/jail)")
    p.add_argument("--runs", type=int, default=60, help="runs of each peer and operation (60)")
    p.add_argument("--json", help="write the results here")
    p.add_argument("--only", action="append", choices=[op[0] for op in OPERATIONS])
    options = p.parse_args()
    options.build = os.path.abspath(options.build)
    options.jail = os.path.abspath(options.jail or f"{options.build}/jail")
    return options


def main():
    options = parse_options()
    enter_sandbox()
    before = check_hierarchy()
    root = make_rootfs(options.build)
    timer = Timer(f"{options.build}/tests/bench/timer")
    peers, missing = make_peers(options, timer, root)
    report = {"date": datetime.date.today().isoformat(), "machine": machine(), "runs": options.runs,
              "versions": versions(peers), "missing": missing, "operations": {}}
    try:
        for operation in OPERATIONS:
            if not options.only or operation[0] in options.only:
                print(f"{operation[1]}…", file=sys.stderr)
                report["operations"][operation[0]] = measure(operation, peers,
                                                             max(1, options.runs // operation[3]))
        report["memory"] = measure_memory(peers, report["operations"])
        if "jail" in peers and not options.only:
            print("with and without a cgroup…", file=sys.stderr)
            jail = peers["jail"]
            report["cgroup"] = measure_pairs(jail.limited, jail.without_cgroup, options.runs)
            print("with and without layers…", file=sys.stderr)
            report["layers"] = measure_pairs(jail.layers, jail.run, options.runs)
        if "jail" in peers and peers["jail"].start_ms:
            report["density"] = density(peers["jail"].start_ms)
    finally:
        for peer in peers.values():
            peer.stop()
    report["cgroups_left"] = max(0, cgroup_counts()[0] - before)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)
    print_table(report)


if __name__ == "__main__":
    main()
