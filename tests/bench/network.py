#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""network.py - what a jail's network costs, beside a floor program, netavark and the CNI plug-ins

usage: network.py --build DIR [--runs N] [--json FILE]

Everything runs in a private mount and network namespace.  The peers take turns, run by run.  A start
is `jail run -d` of a program that ends at once; deleting is not measured, nor is what the kernel does to
remove a network namespace: it is waited for between the runs.
"""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

sys.dont_write_bytecode = True
from bench import Failed, Timer, enter_sandbox, summary, verdict

WORK = "/run/bench"
NETAVARK = "/usr/lib/podman/netavark"
CNI = "/usr/lib/cni"
BRIDGE = "jail0"


def sh(command, **more):
    return subprocess.run(command.split(), check=True, capture_output=True, text=True, **more)


def links():
    return [line.split(":")[1].strip().split("@")[0] for line in sh("ip -o link").stdout.splitlines()]


def settle(stay=0):
    """Until the kernel has removed what the last run left: all links but those that @stay."""
    end = time.monotonic() + 5
    while sum(bool(re.match(r"jv|fl[0-9a-f]{8}", name)) for name in links()) > stay and time.monotonic() < end:
        time.sleep(0.002)


class Bench:
    def __init__(self, options):
        self.jail = options.jail
        self.tests = f"{options.build}/tests/bench"
        self.timer = Timer(f"{self.tests}/timer")
        self.number = 0
        self.stay = 0
        root = f"{WORK}/rootfs"
        for name in ("proc", "dev", "sys", "etc"):
            os.makedirs(f"{root}/{name}", exist_ok=True)
        for name in ("true", "pause", "httpd"):
            shutil.copy(f"{self.tests}/{name}", f"{root}/{name}")
        self.spec("empty", {})
        self.spec("pause", {"network": {}}, "/pause")
        self.jail_run("first", "pause")
        self.jail_delete("first")

    def spec(self, name, jail, program="/true"):
        doc = {"root": {"path": f"{WORK}/rootfs"}, "process": {"args": [program]}, "jail": jail}
        with open(f"{WORK}/{name}.json", "w", encoding="utf-8") as f:
            json.dump(doc, f)

    def jail_run(self, name, spec, port=None):
        if port:
            self.spec(spec, {"network": {"publish": [f"{port}:80"]}})
        return self.timer.run([self.jail, "run", "-d", "--log-output", "none", f"{WORK}/{spec}.json", name])[0]

    def jail_delete(self, name):
        sh(f"{self.jail} delete --force {name}")

    # ---- one start of each kind, in ms ----

    def with_network(self):
        self.number += 1
        ms = self.jail_run("b", "net", 20000 + self.number % 20000)
        self.jail_delete("b")
        settle(self.stay)
        return ms

    def without_network(self):
        ms = self.jail_run("b", "empty")
        self.jail_delete("b")
        return ms

    def foreground(self):
        self.number += 1
        self.spec("net", {"network": {"publish": [f"{20000 + self.number % 20000}:80"]}})
        ms = self.timer.run([self.jail, "run", f"{WORK}/net.json", "b"])[0]
        settle()
        return ms

    def floor_with(self):
        self.number += 1
        ms = self.timer.run([f"{self.tests}/floor_net", f"{WORK}/rootfs/true", BRIDGE, str(self.number)])[0]
        settle(self.stay)
        return ms

    def floor_without(self):
        return self.timer.run([f"{self.tests}/floor_net", f"{WORK}/rootfs/true"])[0]

    def netavark(self):
        """What podman has set up for a bridge network and one port."""
        network = {"name": "podman", "id": "0" * 64, "driver": "bridge", "network_interface": "podman0",
                   "subnets": [{"subnet": "10.88.0.0/16", "gateway": "10.88.0.1"}], "ipv6_enabled": False,
                   "internal": False, "dns_enabled": False, "ipam_options": {"driver": "host-local"}}
        request = {"container_id": "1" * 64, "container_name": "bench",
                   "port_mappings": [{"container_port": 80, "host_ip": "", "host_port": 7980, "protocol": "tcp",
                                      "range": 1}],
                   "networks": {"podman": {"static_ips": ["10.88.0.5"], "interface_name": "eth0"}},
                   "network_info": {"podman": network}}
        text = json.dumps(request)
        sh("ip netns add nv")
        start = time.monotonic()
        done = subprocess.run([NETAVARK, "setup", "/run/netns/nv"], input=text, text=True, capture_output=True,
                              check=False)
        ms = (time.monotonic() - start) * 1000
        subprocess.run([NETAVARK, "teardown", "/run/netns/nv"], input=text, text=True, capture_output=True, check=False)
        sh("ip netns del nv")
        if done.returncode:
            raise Failed((done.stdout + done.stderr).strip()[:160])
        return ms

    def cni(self):
        """bridge with host-local, then portmap, as an engine calls them for one container."""
        base = {"cniVersion": "0.4.0", "name": "bench"}
        bridge = dict(base, type="bridge", bridge="cni0", isGateway=True, ipMasq=True, hairpinMode=True,
                      ipam={"type": "host-local", "subnet": "10.89.0.0/16", "dataDir": f"{WORK}/cni"})
        env = dict(os.environ, CNI_CONTAINERID="bench", CNI_NETNS="/run/netns/cni", CNI_IFNAME="eth0", CNI_PATH=CNI)
        portmap = dict(base, type="portmap", capabilities={"portMappings": True}, runtimeConfig={
            "portMappings": [{"hostPort": 7981, "containerPort": 80, "protocol": "tcp"}]})

        def call(command, plugin, config):
            return subprocess.run([f"{CNI}/{plugin}"], input=json.dumps(config), text=True, capture_output=True,
                                  env=dict(env, CNI_COMMAND=command), check=False)

        sh("ip netns add cni")
        start = time.monotonic()
        first = call("ADD", "bridge", bridge)
        second = None
        if first.returncode == 0:
            portmap["prevResult"] = json.loads(first.stdout)
            second = call("ADD", "portmap", portmap)
        ms = (time.monotonic() - start) * 1000
        call("DEL", "portmap", portmap)
        call("DEL", "bridge", bridge)
        sh("ip netns del cni")
        if not second or second.returncode:
            raise Failed((first.stdout if not second else second.stdout + second.stderr).strip()[:160])
        return ms

    # ---- many ----

    def crowd(self, n):
        """So many jails that stay."""
        subprocess.run(f"seq {n} | xargs -P 4 -I % {self.jail} run -d --log-output none {WORK}/pause.json c%",
                       shell=True, check=True, capture_output=True)
        self.stay = n

    def disperse(self, n):
        subprocess.run(f"seq {n} | xargs -P 4 -I % {self.jail} delete --force c%", shell=True, check=True,
                       capture_output=True)
        self.stay = 0
        settle()

    def busy_ports(self):
        """999 ports, each an element of its own in the map of each family."""
        self.spec("busy", {"network": {"publish": ["41000-41998:51000-51998"]}}, "/pause")
        self.jail_run("busy", "busy")


def turns(functions, runs):
    """Medians of several functions that take turns; the first round only warms up."""
    times = {name: [] for name in functions}
    failed = {}
    for i in range(runs + 1):
        for name, f in functions.items():
            if name in failed:
                continue
            try:
                ms = f()
            except (Failed, OSError, subprocess.SubprocessError) as e:
                failed[name] = str(e)
                continue
            if i:
                times[name].append(ms)
    result = {n: summary(v) for n, v in times.items() if n not in failed}
    result.update({n: {"failed": why} for n, why in failed.items()})
    return result


# ---- throughput ----

def iperf(address):
    out = sh(f"iperf3 -c {address} -t 2 -J").stdout
    return json.loads(out)["end"]["sum_received"]["bits_per_second"] / 1e9


def requests(address):
    out = sh(f"wrk -t1 -c16 -d2s http://{address}:80/").stdout
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out)[1])


def hand_made():
    """A veth pair on a bridge, by ip(8): nothing else."""
    for command in ("ip netns add hand", "ip link add hand0 type bridge", "ip addr add 10.90.0.1/16 dev hand0",
                    "ip link set hand0 up", "ip link add hv type veth peer name eth0 netns hand",
                    "ip link set hv master hand0", "ip link set hv up", "ip -n hand link set lo up",
                    "ip -n hand addr add 10.90.0.2/16 dev eth0", "ip -n hand link set eth0 up",
                    "ip -n hand route add default via 10.90.0.1"):
        sh(command)
    return "10.90.0.2"


def address_of(jail, name):
    doc = json.loads(sh(f"{jail} inspect {name}").stdout)
    return doc["interfaces"][0]["addresses"][0].split("/")[0]


def measure_traffic(bench, rounds):
    """The same servers in a jail's network namespace and in the hand-made one, in turns."""
    hand = hand_made()
    bench.jail_run("traffic", "pause")
    address = address_of(bench.jail, "traffic")
    pid = json.loads(sh(f"{bench.jail} state traffic").stdout)["pid"]
    servers = []
    for enter in (["nsenter", "-t", str(pid), "-n"], ["ip", "netns", "exec", "hand"]):
        for server in (["iperf3", "-s"], [f"{bench.tests}/httpd", "80"]):
            servers.append(subprocess.Popen(enter + server, stdout=subprocess.DEVNULL))
    time.sleep(0.5)
    result = {}
    try:
        for name, ask in (("throughput", iperf), ("requests", requests)):
            pairs = [(ask(address), ask(hand)) for _ in range(rounds)]
            result[name] = {"jail": statistics.median(a for a, _ in pairs),
                            "hand": statistics.median(b for _, b in pairs),
                            "ratio": statistics.median(a / b for a, b in pairs)}
    finally:
        for server in servers:
            server.kill()
            server.wait()
        bench.jail_delete("traffic")
        sh("ip netns del hand")
        sh("ip link del hand0")
    return result


# ---- telling ----

def cell(r):
    return "failed" if "failed" in r else f"{r['median']:.2f} [{r['p10']:.2f} – {r['p90']:.2f}]"


def difference(report, a, b):
    r = report["start"]
    if "median" not in r[a] or "median" not in r[b]:
        return None
    return r[a]["median"] - r[b]["median"]


def print_table(report):
    start, rows = report["start"], [["what", "jail", "beside", "at most", "measured"], ["---"] * 5]
    mine, floor = difference(report, "jail", "jail_empty"), difference(report, "floor", "floor_empty")
    rows.append(["`run -d`, network and a port, over none (ms)", f"{mine:.2f}", f"floor {floor:.2f}", "1.6 × floor",
                 f"{mine / floor:.2f} ×, {verdict(mine / floor, 1.6)}"])
    for name in ("netavark", "cni"):
        if "median" in start[name]:
            ratio = mine / start[name]["median"]
            rows.append([f"the same beside {name}'s set-up (ms)", f"{mine:.2f}", cell(start[name]),
                         "0.15 ×", f"{ratio:.3f} ×, {verdict(ratio, 0.15)}"])
        else:
            rows.append([f"the same beside {name}", f"{mine:.2f}", "failed: " + start[name]["failed"], "0.15 ×", "–"])
    rows.append(["`run` to its end, network and a port (ms)", cell(start["jail_foreground"]), "–", "–", "–"])
    for name, what in (("port", "the 1,000th published port"), ("jail", "the 500th jail on the bridge")):
        first, last = ({n: report[f"{when}_{name}"][n]["median"] for n in ("jail", "floor")}
                       for when in ("first", "last"))
        ratio = last["jail"] / first["jail"]
        rows.append([what + " (ms)", f"{last['jail']:.2f}",
                     f"the first {first['jail']:.2f}; floor {last['floor']:.2f}, first {first['floor']:.2f}", "1.2 ×",
                     f"{ratio:.2f} ×, {verdict(ratio, 1.2)}"])
    for name, unit in (("throughput", "Gbit/s"), ("requests", "requests/s")):
        t = report["traffic"][name]
        rows.append([f"{name}, host ↔ jail ({unit})", f"{t['jail']:.4g}", f"by hand {t['hand']:.4g}", "≥ 0.98 ×",
                     f"{t['ratio']:.3f} ×, " + ("reached" if t["ratio"] >= 0.98 else "**missed**")])
    for row in rows:
        print("| " + " | ".join(row) + " |")


def main():
    p = argparse.ArgumentParser(description="what a jail's network costs")
    p.add_argument("--build", required=True)
    p.add_argument("--runs", type=int, default=60)
    p.add_argument("--json")
    options = p.parse_args()
    options.build = os.path.abspath(options.build)
    options.jail = f"{options.build}/jail"
    enter_sandbox()
    bench = Bench(options)
    report = {"runs": options.runs}
    print("starts…", file=sys.stderr)
    report["start"] = turns({
        "jail": bench.with_network, "jail_empty": bench.without_network, "floor": bench.floor_with,
        "floor_empty": bench.floor_without, "jail_foreground": bench.foreground,
        "netavark": bench.netavark, "cni": bench.cni}, options.runs)
    print("many ports…", file=sys.stderr)
    both = {"jail": bench.with_network, "floor": bench.floor_with}
    report["first_port"] = turns(both, options.runs)
    bench.busy_ports()
    bench.stay = 1
    report["last_port"] = turns(both, options.runs)
    bench.stay = 0
    bench.jail_delete("busy")
    settle()
    print("many jails…", file=sys.stderr)
    report["first_jail"] = turns(both, options.runs)
    bench.crowd(499)
    report["last_jail"] = turns(both, options.runs)
    bench.disperse(499)
    print("traffic…", file=sys.stderr)
    report["traffic"] = measure_traffic(bench, 5)
    if options.json:
        with open(options.json, "w", encoding="utf-8") as f:
            json.dump(report, f, indent=1)
    print_table(report)


if __name__ == "__main__":
    main()
