#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""watch.py PORT PATH TEXT SECRETS - beside the first start of an appliance, until its port opens

Says in JSON how often the port was refused, what else came in place of an answer, whether the first page that the port
gave has TEXT, as a healthy one has, and whose command line or environment had one of the secrets in the directory SECRETS.
"""
import glob
import http.client
import json
import os
import socket
import sys
import time

port, path, text, secrets = int(sys.argv[1]), *sys.argv[2:5]
seen = {"refused": 0, "else": [], "page": None, "told": []}


def contents(file):
    try:
        with open(file, "rb") as f:
            return f.read()
    except OSError:
        return b""


def look_for(words):
    for process in glob.glob("/proc/[0-9]*"):
        for name in ("cmdline", "environ"):
            if any(word in contents(f"{process}/{name}") for word in words):
                seen["told"].append(contents(f"{process}/comm").decode().strip() + " " + name)


end = time.monotonic() + 140
while seen["page"] is None and time.monotonic() < end:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", path)
        seen["page"] = text.encode() in connection.getresponse().read()
    except ConnectionRefusedError:
        seen["refused"] += 1
    except OSError as e:
        seen["else"].append(repr(e))
    words = [word for word in (contents(f).strip() for f in glob.glob(secrets + "/*")) if word]
    if words:
        look_for(words)
    time.sleep(0.02)
seen["words"] = len(words)
print(json.dumps(seen))
