"""Landlock: the kernel refuses this process every file that is not open yet, every TCP connection, every signal.

Needs Linux 5.13 (files), 6.7 (TCP), 6.12 (signals, abstract sockets); what the kernel offers is found by trying.
"""

from __future__ import annotations

import ctypes
import os

_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_VERSION_FLAG = 1
# Rights to files that each version of the interface knows; a newer kernel takes an older set.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_TCP_RIGHTS = 0b11
_SCOPES = 0b11
_TCP_SINCE, _SCOPES_SINCE = 4, 6
_libc = ctypes.CDLL(None, use_errno=True)


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("tcp", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def version() -> int:
    """The version of the interface that this kernel offers; 0 where there is none."""
    return max(0, int(_libc.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), ctypes.c_uint32(_VERSION_FLAG))))


def restrict() -> bool:
    """Shut everything; needs no_new_privs. False where the kernel has no Landlock.

    No rule is added: what a worker needs is open by now.
    """
    offered = version()
    if not offered:
        return False
    rules = _Ruleset((1 << _FILE_RIGHTS[min(offered, max(_FILE_RIGHTS))]) - 1, 0, 0)
    size = 8
    if offered >= _TCP_SINCE:
        rules.tcp, size = _TCP_RIGHTS, 16
    if offered >= _SCOPES_SINCE:
        rules.scopes, size = _SCOPES, 24
    descriptor = _libc.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if descriptor < 0:
        return False
    try:
        return int(_libc.syscall(_RESTRICT_SELF, ctypes.c_int(descriptor), ctypes.c_uint32(0))) == 0
    finally:
        os.close(descriptor)
