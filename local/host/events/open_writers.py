"""Whether a file is still being written: the kernel says whether a process has it open for writing."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
from pathlib import Path


def has_writer(path: Path) -> bool:
    """Whether a process of this machine has the file open for writing; False where the system does not tell.

    A read lease (Linux, fcntl(2)) is granted only when nobody writes; it is given back at once.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # A writer that comes in between breaks the lease by a signal; this one is ignored by default, SIGIO would kill.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    else:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    finally:
        os.close(descriptor)
