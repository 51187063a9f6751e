"""Who acts: a process, by a name that no other ever has, and whether another of the same machine still runs."""

from __future__ import annotations

import contextlib
import os
import socket
import uuid
from pathlib import Path

_SEPARATOR = "/"


class LocalOwner:
    """Named by host, boot, process namespace, id and start; without /proc by host, id and chance."""

    def __init__(self) -> None:
        place, pid = _place(), os.getpid()
        started = _started(pid)
        last = started if place and started else uuid.uuid4().hex[:12]
        self._name = _SEPARATOR.join((socket.gethostname().replace(_SEPARATOR, "-"), place or "-", str(pid), last))

    @property
    def name(self) -> str:
        """The name."""
        return self._name

    def is_gone(self, name: str) -> bool:
        """Whether it was a process of this machine, in this namespace, and runs no more."""
        parts = name.split(_SEPARATOR)
        place = _place()
        if len(parts) != 4 or not place or parts[1] != place or not parts[2].isdigit():
            return False
        return _started(int(parts[2])) != parts[3]


def _place() -> str:
    """The machine's boot, and the namespace in which process ids are counted; empty where nobody can tell."""
    with contextlib.suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
        namespace = Path("/proc/self/ns/pid").readlink().name.strip("pid:[]")
        return f"{boot}-{namespace}"
    return ""


def _started(pid: int) -> str:
    """When a process was started, in ticks since the boot; empty where there is none, or it is a zombie."""
    with contextlib.suppress(OSError, IndexError):
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        return "" if fields[0] == b"Z" else fields[19].decode("ascii")
    return ""
