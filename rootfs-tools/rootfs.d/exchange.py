# SPDX-License-Identifier: LGPL-2.1-or-later
# exchange.py A B - renameat2(2) with RENAME_EXCHANGE: each gets the other's name, at once
import ctypes
import os
import sys

AT_FDCWD, RENAME_EXCHANGE = -100, 2
libc = ctypes.CDLL(None, use_errno=True)
a, b = map(os.fsencode, sys.argv[1:])
sys.exit(libc.renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) != 0)
