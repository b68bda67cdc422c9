"""The warm parent of all workers: has imported what a query needs, has opened nothing, and only forks.

`python -m warehouse.sandbox.forkserver DESCRIPTOR` with a Unix socket as that descriptor. Each message on it carries
two descriptors: the socket on which the new worker will be asked, and one on which its fate is told: first its process
(a pidfd), then, when it has ended, its wait status. When the other side of the socket is gone, so is everybody here.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import struct
import sys
from contextlib import suppress

from warehouse.sandbox import worker

STATUS = struct.Struct(">i")
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def main(descriptor: int) -> None:
    """Fork until the owner is gone."""
    worker.warm_up()
    gc.freeze()
    owner = socket.socket(fileno=descriptor)
    children: dict[int, socket.socket] = {}
    wake_reading, wake_writing = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_writing, warn_on_full_buffer=False)
    poll = select.poll()
    poll.register(owner, select.POLLIN)
    poll.register(wake_reading, select.POLLIN)
    owner.send(b"ready")
    while True:
        for ready, _ in poll.poll():
            if ready == wake_reading:
                os.read(wake_reading, 4096)
                _bury(children)
            elif not _start(owner, children):
                # Workers are killed by the kernel with this process (_begin_worker).
                return


def _start(owner: socket.socket, children: dict[int, socket.socket]) -> bool:
    """Fork one worker; False when the owner is gone."""
    message, descriptors, _, _ = socket.recv_fds(owner, 1, 2)
    if not message:
        return False
    asked, fate = (socket.socket(fileno=descriptor) for descriptor in descriptors)
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        _begin_worker(asked, parent)
    asked.close()
    process = os.pidfd_open(child)
    try:
        socket.send_fds(fate, [b"p"], [process])
    except OSError:
        # Whoever asked is gone already.
        os.kill(child, signal.SIGKILL)
    finally:
        os.close(process)
    children[child] = fate
    return True


def _begin_worker(asked: socket.socket, parent: int) -> None:
    """In the child: keep one descriptor, die with the parent, answer, end without any clean-up."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _libc.prctl(_PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
        if os.getppid() == parent:
            kept = asked.detach()
            os.dup2(kept, 3)
            os.closerange(4, os.sysconf("SC_OPEN_MAX"))
            worker.answer(socket.socket(fileno=3))
    finally:
        os._exit(0)


def _bury(children: dict[int, socket.socket]) -> None:
    """Tell the fate of every worker that has ended."""
    while children:
        child, status = os.waitpid(-1, os.WNOHANG)
        if not child:
            return
        fate = children.pop(child)
        with suppress(OSError):
            fate.send(STATUS.pack(status))
        fate.close()


if __name__ == "__main__":
    main(int(sys.argv[1]))
