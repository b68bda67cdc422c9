"""Seccomp: the kernel lets this process compute, read and write what is open, and end; every other call is an error.

The list is what a query needs once its database is open: memory, clocks, locks between threads, and I/O on open
descriptors. There is no call in it that opens, connects, starts, signals, names or changes anything.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct

_PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _MODE_FILTER = 38, 22, 2
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ERROR, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_NUMBER, _ARCHITECTURE = 0, 4
_X86_64, _AARCH64 = 0xC000003E, 0xC00000B7
# Call -> its number on x86-64 and on 64-bit ARM.
_CALLS: dict[str, tuple[int, int]] = {
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "poll": (7, 73),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "pread64": (17, 67),
    "readv": (19, 65),
    "writev": (20, 66),
    "sched_yield": (24, 124),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "nanosleep": (35, 101),
    "getpid": (39, 172),
    "sendto": (44, 206),
    "recvfrom": (45, 207),
    "exit": (60, 93),
    "uname": (63, 160),
    "gettimeofday": (96, 169),
    "getrusage": (98, 165),
    "sysinfo": (99, 179),
    "sigaltstack": (131, 132),
    "gettid": (186, 178),
    "futex": (202, 98),
    "sched_getaffinity": (204, 123),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "clock_nanosleep": (230, 115),
    "exit_group": (231, 94),
    "preadv": (295, 69),
    "getcpu": (309, 168),
    "getrandom": (318, 278),
    "membarrier": (324, 283),
    "rseq": (334, 293),
}
_MACHINES = {"x86_64": (_X86_64, 0), "aarch64": (_AARCH64, 1)}
_libc = ctypes.CDLL(None, use_errno=True)


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def is_offered() -> bool:
    """Whether kernel and machine have it (asked without switching it on)."""
    # A null program is refused with "bad address" by a kernel that knows filters.
    refused = _libc.prctl(_PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), None, ctypes.c_ulong(0), ctypes.c_ulong(0))
    return refused != 0 and ctypes.get_errno() in (errno.EFAULT, errno.EACCES) and platform.machine() in _MACHINES


def forbid_new_privileges() -> None:
    """No program that this process could start would have more rights than it; the filter requires it."""
    _libc.prctl(_PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def restrict() -> bool:
    """Switch the filter on for good; needs no_new_privs. False where it cannot be."""
    known = _MACHINES.get(platform.machine())
    if known is None:
        return False
    content = _instructions(*known)
    program = _Program(len(content) // 8, content)
    done = _libc.prctl(
        _PR_SET_SECCOMP, ctypes.c_ulong(_MODE_FILTER), ctypes.byref(program), ctypes.c_ulong(0), ctypes.c_ulong(0)
    )
    return int(done) == 0


def _instructions(architecture: int, column: int) -> bytes:
    """The filter: another machine's calls kill, listed numbers pass, all others fail with EPERM.

    Numbers are compared whole, so the x32 calls (bit 30 set) are not listed.
    """
    numbers = sorted(pair[column] for pair in _CALLS.values())
    program = [
        _step(_LOAD_WORD, 0, 0, _ARCHITECTURE),
        _step(_JUMP_IF_EQUAL, 1, 0, architecture),
        _step(_RETURN, 0, 0, _KILL),
        _step(_LOAD_WORD, 0, 0, _NUMBER),
    ]
    for place, number in enumerate(numbers):
        program.append(_step(_JUMP_IF_EQUAL, len(numbers) - place, 0, number))
    program += [_step(_RETURN, 0, 0, _ERROR | errno.EPERM), _step(_RETURN, 0, 0, _ALLOW)]
    return b"".join(program)


def _step(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)
