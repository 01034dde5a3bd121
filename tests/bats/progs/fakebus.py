#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""fakebus.py SCOPE_PROGRAM MODE - ask jail-scope for a scope, with a bus that fails as MODE says

silent: takes the connection and says nothing; hangup: ends it at once; refuse: says no to who we are.
Prints the reply of jail-scope and the seconds that it took.
"""
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time


def serve(server, mode):
    connection, _ = server.accept()
    if mode == "hangup":
        connection.close()
    elif mode == "refuse":
        connection.recv(4096)
        connection.sendall(b"REJECTED EXTERNAL\r\n")
        connection.recv(4096)
        connection.close()
    else:
        time.sleep(60)


program, mode = sys.argv[1:3]
path = os.path.join(tempfile.mkdtemp(), "bus")
server = socket.socket(socket.AF_UNIX)
server.bind(path)
server.listen(1)
threading.Thread(target=serve, args=(server, mode), daemon=True).start()
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
ours.send(b"do start\nbus system\nunit jail-x.scope\nslice jail.slice\ndescription x\ntimeout 2\n")
start = time.monotonic()
child = subprocess.Popen([program], stdin=theirs,
                         env={"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + path})
theirs.close()
print(ours.recv(8192).decode())
print("%.0f" % (time.monotonic() - start))
ours.close()
child.wait(10)
