#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""bad_input.py - bundles that are wrong in one way each, run by crun and by jail

usage: bad_input.py JAIL TRUE [--peer CRUN] [--list]

good.json is changed in one place at a time: each value is taken out, replaced by one of each other type, by
numbers out of every range, by text that means nothing, by what text must not have in it.  Whatever crun refuses
jail refuses as well, or accepted.txt says why not; and what jail refuses it refuses with a message that names the
place.  Runs in the sandbox of tests/bats, and speaks TAP, a test for each member of the configuration.

--list prints how each case went instead.
"""

import argparse
import copy
import fnmatch
import json
import os
import re
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
WORK = "/run/differential"
REMOVED = object()
WRONG = [REMOVED, None, True, 0, -1, 1.5, 2 ** 31, 2 ** 63, 2 ** 64, "", "no such", "a\nb", "/no/such", "../up",
         [], [1], ["no such"], [None], {}, {"no": "such"}]


def places(value, path=()):
    """Every place in a JSON value but the whole, as a tuple of keys and indices."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield path + (key,)
        yield from places(inner, path + (key,))


def changed(config, path, value):
    config = copy.deepcopy(config)
    at = config
    for key in path[:-1]:
        at = at[key]
    if value is REMOVED:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return config


def spell(path):
    """process.rlimits[0].soft, annotations["org.example.key"]"""
    text = "".join(f"[{key}]" if isinstance(key, int) else f'["{key}"]' if "." in key else f".{key}" for key in path)
    return text.lstrip(".")


def show(value):
    return "removed" if value is REMOVED else json.dumps(value)


class Runtime:
    """One of the two, with a bundle and a directory for its state."""

    def __init__(self, name, command):
        self.name, self.bundle = name, f"{WORK}/{name}"
        self.command = command + ["--root", f"{WORK}/state.{name}"]
        os.makedirs(self.bundle)

    def run(self, config):
        """Exit status and what was said."""
        with open(f"{self.bundle}/config.json", "w", encoding="utf-8") as f:
            f.write(json.dumps(config).replace("/differential/ID", f"/differential/{self.name}"))
        try:
            # Not /dev/null: crun gives standard input to the root of a user namespace, the host's device as well.
            with open(f"{self.bundle}/empty", "w+", encoding="utf-8") as nothing:
                done = subprocess.run(self.command + ["run", "--bundle", self.bundle, self.name], timeout=20,
                                      check=False, stdin=nothing, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            status, said = done.returncode, done.stdout.decode(errors="replace")
        except subprocess.TimeoutExpired:
            status, said = 124, "timed out"
        if status:
            subprocess.run(self.command + ["delete", "--force", self.name], check=False, timeout=20,
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return status, said.strip()


def make_rootfs(true):
    root = f"{WORK}/rootfs"
    for name in ("proc", "dev", "sys", "src", "etc", "bin"):
        os.makedirs(f"{root}/{name}")
    shutil.copy(true, f"{root}/true")
    return root


def accepted():
    """PLACE (a pattern), VALUE (a pattern), reason: a line each, with tabs between."""
    with open(f"{HERE}/accepted.txt", encoding="utf-8") as f:
        return [line.rstrip("\n").split("\t") for line in f if line.strip() and not line.startswith("#")]


def excused(rules, place, value):
    return any(fnmatch.fnmatchcase(place, p.replace("[", "[[]")) and
               fnmatch.fnmatchcase(show(value), v.replace("[", "[[]")) for p, v, _ in rules)


def names_place(said, path):
    """Does the first line tell where: the member, or one that it is in or belongs together with?"""
    return spell(path[:2] if len(path) > 1 else path).split("[")[0] in said.split("\n")[0]


def insist(runtime, config):
    """crun sometimes fails for no reason of ours, without a word."""
    for _ in range(4):
        result = runtime.run(config)
        if not result[0]:
            break
    return result


def judge(config, path, value, runtimes, rules):
    """None, or what is wrong."""
    jail, peer = (runtime.run(changed(config, path, value)) for runtime in runtimes)
    what = f"{spell(path)} = {show(value)}"
    if peer[0] and not jail[0] and not excused(rules, spell(path), value):
        peer = insist(runtimes[1], changed(config, path, value))
    if peer[0] and not jail[0] and not excused(rules, spell(path), value):
        return f"{what}: accepted; crun: {peer[1]}"
    if jail[0] == 124 or jail[0] >= 128:
        return f"{what}: status {jail[0]}: {jail[1]}"
    if jail[0] and (not jail[1].startswith("jail: ") or not names_place(jail[1], path)) and \
       not excused(rules, spell(path), value):
        return f"{what}: the message does not tell where: {jail[1]}"
    return None


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("jail")
    parser.add_argument("true", help="a static program that does nothing")
    parser.add_argument("--peer", default=shutil.which("crun") or "crun")
    parser.add_argument("--list", action="store_true")
    args = parser.parse_args()
    root = make_rootfs(args.true)
    with open(f"{HERE}/good.json", encoding="utf-8") as f:
        config = json.loads(f.read().replace("ROOTFS", root))
    runtimes = Runtime("jail", [args.jail]), Runtime("crun", [args.peer])
    for runtime, run in zip(runtimes, (Runtime.run, insist)):
        status, said = run(runtime, config)
        if status:
            sys.exit(f"Bail out! {runtime.name} does not run good.json: status {status}: {said}")
    rules = accepted()
    groups = {}
    for path in places(config):
        groups.setdefault(re.sub(r"\[.*", "", spell(path[:2])), []).append(path)
    if args.list:
        for path in places(config):
            for value in WRONG:
                jail, peer = (runtime.run(changed(config, path, value)) for runtime in runtimes)
                print(spell(path), show(value), jail[0], peer[0], json.dumps(jail[1]), json.dumps(peer[1]), sep="\t",
                      flush=True)
        return 0
    failed = 0
    print(f"1..{len(groups)}")
    for n, (name, paths) in enumerate(groups.items(), 1):
        wrong = [w for path in paths for value in WRONG if (w := judge(config, path, value, runtimes, rules))]
        failed += bool(wrong)
        print(f"{'not ok' if wrong else 'ok'} {n} - {name}: {len(paths) * len(WRONG)} cases, crun and jail", flush=True)
        for text in wrong:
            print("#", text.replace("\n", "\n#   "))
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
