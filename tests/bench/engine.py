# SPDX-License-Identifier: LGPL-2.1-or-later
"""engine.py - a runtime's command line, driven as conmon and containerd's shim drive it

create with a console socket, a pid file and a log in JSON; start; exec of a process specification, detached; kill;
delete by force.  The configuration is one that podman 5.4 wrote for `podman run -it`, with its seccomp profile
(podman.json), but for what this machine has not: its storage and the controllers.
"""

import json
import os
import resource
import socket
import threading

HERE = os.path.dirname(os.path.abspath(__file__))


def bind_sources(config, directory):
    """What an engine binds over the root, all empty."""
    os.makedirs(f"{directory}/dir")
    with open(f"{directory}/file", "w", encoding="ascii"):
        pass
    for mount in config["mounts"]:
        if mount["type"] == "bind":
            mount["source"] = f"{directory}/dir" if mount["destination"] == "/dev/shm" else f"{directory}/file"


def engine_config(root, directory, args):
    """The configuration for a root file system; @directory is made."""
    with open(f"{HERE}/podman.json", encoding="utf-8") as f:
        config = json.load(f)
    config["ociVersion"] = "1.0.2"          # Debian 12's crun knows no newer one
    config["root"] = {"path": root}
    config["process"]["args"] = args
    bind_sources(config, directory)
    for limit in config["process"]["rlimits"]:
        limit["soft"], limit["hard"] = resource.getrlimit(getattr(resource, limit["type"]))
    # Debian's crun cannot load device rules without CAP_SYS_RESOURCE: nobody gets any.
    config["linux"].pop("resources", None)
    return config


class Console:
    """A socket that takes terminals, and closes them."""

    def __init__(self, path):
        self.path = path
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(path)
        self.listener.listen(8)
        self.terminals = []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            peer, _ = self.listener.accept()
            with peer:
                self.terminals += socket.recv_fds(peer, 256, 4)[1]

    def close_terminals(self):
        while self.terminals:
            os.close(self.terminals.pop())


class Engine:
    """One life of a container; @call runs a command of the runtime and returns (ms, kB), @reap waits for a pid."""

    def __init__(self, directory, call, reap):
        os.makedirs(directory)
        self.directory, self.call, self.reap = directory, call, reap
        self.console = Console(f"{directory}/console")
        process = {"user": {"uid": 0, "gid": 0}, "args": ["/true"], "cwd": "/", "env": ["PATH=/"]}
        with open(f"{directory}/process.json", "w", encoding="utf-8") as f:
            json.dump(process, f)

    def pid(self, name):
        with open(f"{self.directory}/{name}", encoding="ascii") as f:
            return int(f.read())

    def life(self, bundle, name):
        log = ["--log-format=json", f"--log={self.directory}/log"]
        costs = [self.call(*log, "create", "--bundle", bundle, "--pid-file", f"{self.directory}/pid",
                           "--console-socket", self.console.path, name)]
        costs.append(self.call("start", name))
        costs.append(self.call(*log, "exec", "--pid-file", f"{self.directory}/pid.exec", "--process",
                               f"{self.directory}/process.json", "--detach", name))
        self.reap(self.pid("pid.exec"))
        costs.append(self.call("kill", name, "9"))
        self.reap(self.pid("pid"))
        costs.append(self.call("delete", "--force", name))
        self.console.close_terminals()
        return sum(ms for ms, _ in costs), max(kb for _, kb in costs)
