"""The nginx process: started, told to read its configuration again, and asked what it does."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mlgitlab import paths
from mlgitlab.adapters.nginx.configuration import KEEPING, PID, SOCKET
from mlgitlab.errors import UsageError, WorldError

_PATIENCE = 10.0  # seconds for nginx to do as it is told
_TOGETHER = 0.3  # seconds in which old and new workers may both take connections
_LONGEST_SOCKET = 100  # the system takes 107 bytes
_NEEDED = ("mirror", "split_clients", "map", "proxy", "upstream_zone", "upstream_keepalive")
CONFIGURATION = "nginx.conf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Nginx:
    """nginx with a folder of its own. Works without privileges as long as it listens on a port from 1024 on."""

    folder: Path
    program: str

    def prepare(self) -> tuple[str, ...]:
        """Make its folders: those of KEEPING that it was built with. UsageError where it cannot be used."""
        found = shutil.which(self.program)
        if found is None:
            raise UsageError(f"there is no {self.program!r} on PATH", "install nginx: `apt-get install nginx-light`")
        if len(str(self.folder / SOCKET).encode()) > _LONGEST_SOCKET:
            raise UsageError(f"the path of {paths.show(str(self.folder))!r} is too long for a socket in it")
        for name in ("logs", "tmp", "slots", "models"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        self._require_reachable()
        built = self._run("-V").stderr
        missing = [name for name in _NEEDED if f"--without-http_{name}_module" in built]
        if missing:
            raise UsageError(f"this nginx was built without {', '.join(missing)}", "take the distribution's own")
        return tuple(name for name in KEEPING if f"--without-http_{name}_module" not in built)

    def _require_reachable(self) -> None:
        """Started by root, nginx's workers are somebody else, and keep large requests in the folder for a moment."""
        closed = [each for each in (self.folder, *self.folder.parents) if not each.stat().st_mode & 0o001]
        if os.geteuid() == 0 and closed:
            what = f"nginx's workers, who are not root, cannot pass {paths.show(str(closed[-1]))!r}"
            raise UsageError(what, "choose another folder, let others pass it (`chmod o+x`), or deploy as another user")

    def swap(self, content: str) -> None:
        """Put a configuration in place of the present one in one step, if nginx takes it; UsageError otherwise."""
        new = self.folder / f"{CONFIGURATION}.new"
        new.write_text(content, "utf-8")
        tested = self._run("-t", "-c", new.name)
        if tested.returncode:
            raise UsageError(f"nginx does not take its configuration: {_last_line(tested.stderr)}", f"see {new}")
        with new.open("rb") as file:
            os.fsync(file.fileno())
        new.replace(self.folder / CONFIGURATION)

    def load(self, mark: str) -> None:
        """Let it run by its configuration, whose mark is given, and return once nothing else takes connections."""
        if self.mark() is None:
            # What a killed one left would be in its way.
            (self.folder / SOCKET).unlink(missing_ok=True)
            done = self._run("-c", CONFIGURATION)
            if done.returncode:
                raise WorldError(f"nginx does not start: {_last_line(done.stderr)}", "see logs/error.log in its folder")
        elif self.mark() != mark:
            os.kill(self._pid(), signal.SIGHUP)
        self._wait(mark)

    def _wait(self, mark: str) -> None:
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until:
            if self.mark() == mark:
                time.sleep(_TOGETHER)
                if all(self.mark() == mark for _ in range(3)):
                    return
            time.sleep(0.02)
        raise WorldError("nginx does not take up its new configuration", "see logs/error.log in its folder")

    def mark(self) -> str | None:
        """The mark of the configuration that it runs by; None where it does not run."""
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(_PATIENCE)
            connection.connect(str(self.folder / SOCKET))
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            answer = b"".join(iter(lambda: connection.recv(4096), b""))
            return answer.partition(b"\r\n\r\n")[2].decode("utf-8", "replace")
        return None

    def drain(self, seconds: float) -> None:
        """Wait until no worker of an earlier configuration is left, at most so long; without /proc, just so long."""
        until = time.monotonic() + seconds + 1
        while time.monotonic() < until and self._leaving():
            time.sleep(0.05)

    def _leaving(self) -> bool:
        """Whether workers are on their way out, or nobody can tell."""
        if not Path("/proc/self/stat").exists():
            return True
        try:
            master = self._pid()
        except WorldError:
            return False
        return any(b"shutting down" in title for title in _children(master))

    def _pid(self) -> int:
        try:
            return int((self.folder / PID).read_text("ascii"))
        except (OSError, ValueError):
            raise WorldError(f"nginx runs, and {PID} in its folder is gone", "end it, and deploy again") from None

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [self.program, "-p", f"{self.folder}/", "-e", "logs/error.log", *arguments]
        try:
            return subprocess.run(
                argv,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=_PATIENCE,
                check=False,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise WorldError(f"cannot run {self.program}: {type(error).__name__}") from None


def _children(parent: int) -> Iterator[bytes]:
    """The titles of a process's children."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                # The name in parentheses may hold anything; the parent's id is the second field after it.
                if int((folder / "stat").read_bytes().rpartition(b")")[2].split()[1]) == parent:
                    yield (folder / "cmdline").read_bytes()


def _last_line(text: str) -> str:
    lines = [line for line in text.splitlines() if "emerg" in line] or text.splitlines()
    return paths.printable(lines[0] if lines else "it says nothing")
