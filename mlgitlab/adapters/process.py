"""Runs a shell script as a process group: output passed on at once, a time limit, signals, nothing left behind."""

from __future__ import annotations

import contextlib
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from mlgitlab.adapters.guardian import guarded
from mlgitlab.errors import WorldError

_TICK = 0.2  # seconds between two looks at the clock and the process
_CHUNK = 65536
_LINGER = 1.0  # seconds for the rest of a group to end by itself, after its leader has
_LEFT_BEHIND = 5.0  # seconds from SIGTERM to SIGKILL for what a finished script left running
_FORWARDED = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a script ended.

    code: its exit status, or -n for signal n. seconds: its duration. signal: the signal that reached us meanwhile and
    was passed on, 0 for none. left: whether processes of its group were still running at its end, and were ended.
    peak_bytes: the largest resident size of any one of its processes.
    """

    code: int
    seconds: float
    timed_out: bool
    signal: int
    left: bool
    peak_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervision:
    """How a script is watched. Times are seconds.

    limit: the time it may take; None for any. grace: from SIGTERM to SIGKILL. silence: how long without output
    until `quiet` is called with the time that has passed; it is called again after as long a silence. output: the file
    descriptor that gets what the script writes, to either stream. seen: called with each piece of it.
    """

    limit: float | None
    grace: float
    silence: float
    output: int
    seen: Callable[[bytes], None]
    quiet: Callable[[float], None]


def shell() -> str:
    """The shell that GitLab would take: bash, or sh where there is none."""
    found = shutil.which("bash") or shutil.which("sh")
    if found is None:
        raise WorldError("there is neither bash nor sh on PATH")
    return found


def run(script: str, *, cwd: Path, environ: Mapping[str, str], watch: Supervision) -> Ended:
    """Run a shell script to its end, in a process group of its own, without standard input; it does not outlive us.

    Raises WorldError where it cannot be started. Works in the main thread only: it handles signals.
    """
    program = shell()
    options = ["-eo", "pipefail"] if program.endswith("bash") else ["-e"]
    command = [program, *options, "-c", script]
    reading, writing = os.pipe()
    running = _Running(watch=watch, reading=reading)
    try:
        with _signals(running):
            group = running.start(command, cwd, environ, writing)
            with guarded(group, watch.grace, environ):
                return running.follow()
    finally:
        running.kill()
        os.close(reading)


@dataclass(kw_only=True)
class _Running:
    """One process group on its way. Times are those of the monotonic clock."""

    watch: Supervision
    reading: int
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    received: list[int] = field(default_factory=list)
    timed_out: bool = False
    left: bool = False
    kill_at: float | None = None
    killed: bool = False
    writable: bool = True
    peak_bytes: int = 0

    def start(self, command: Sequence[str], cwd: Path, environ: Mapping[str, str], writing: int) -> int:
        """Start the script; the number of its group."""
        try:
            self.process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except OSError as error:
            raise WorldError(f"cannot start {command[0]}: {error.strerror}") from None
        finally:
            os.close(writing)
        self.began = time.monotonic()
        for number in self.received:  # came while it was being started
            self._send(number)
        return self.process.pid

    def interrupt(self, number: int, _frame: FrameType | None) -> None:
        """Pass a signal on; a second one ends the group at once."""
        self.received.append(number)
        if self.kill_at is None:
            self.kill_at = time.monotonic() + self.watch.grace
            self._send(number)
        elif len(self.received) > 1:
            self.kill()

    def follow(self) -> Ended:
        """Pass on what it writes until the whole group is gone."""
        assert self.process is not None
        before, sign, gone_at = time.monotonic(), time.monotonic(), None
        with selectors.DefaultSelector() as selector:
            selector.register(self.reading, selectors.EVENT_READ)
            while True:
                open_ = bool(selector.get_map())
                wrote = open_ and bool(selector.select(_TICK))
                if wrote and not self._pass_on():
                    selector.unregister(self.reading)
                if not open_:
                    time.sleep(_TICK)
                now = time.monotonic()
                if wrote:
                    sign = now
                elif now - sign >= self.watch.silence:
                    sign = now
                    self.watch.quiet(now - before)
                self._enforce(now)
                if not self._ended():
                    continue
                gone_at = gone_at or now
                if self._finished(now, gone_at, drained=not open_ or not wrote):
                    break
        return Ended(
            code=self.process.returncode,
            seconds=gone_at - self.began,
            timed_out=self.timed_out,
            signal=self.received[0] if self.received else 0,
            left=self.left,
            peak_bytes=self.peak_bytes,
        )

    def kill(self) -> None:
        """End the group now."""
        self.killed = True
        self._send(signal.SIGKILL)
        if self.process is not None and self.process.returncode is None:
            self._ended(wait=True)

    def _enforce(self, now: float) -> None:
        if self.watch.limit is not None and self.kill_at is None and now - self.began > self.watch.limit:
            self.timed_out = True
            self.kill_at = now + self.watch.grace
            self._send(signal.SIGTERM)
        if self.kill_at is not None and now > self.kill_at and not self.killed:
            self.kill()

    def _finished(self, now: float, gone_at: float, *, drained: bool) -> bool:
        """Whether nothing of the group is left to wait for, once its leader has ended."""
        if self.killed:
            return drained or now > gone_at + _LINGER + _LEFT_BEHIND
        if not self._alive():
            return drained
        if self.kill_at is None and now > gone_at + _LINGER:
            self.left = True
            self.kill_at = now + _LEFT_BEHIND
            self._send(signal.SIGTERM)
        return False

    def _ended(self, *, wait: bool = False) -> bool:
        """Whether the leader has ended; what it and those that it waited for took is noted then."""
        assert self.process is not None
        if self.process.returncode is None:
            # Not `poll`: that would throw away what wait4 says of its memory.
            found, status, usage = os.wait4(self.process.pid, 0 if wait else os.WNOHANG)
            if found:
                self.process.returncode = os.waitstatus_to_exitcode(status)
                # The kernel counts in KiB, that of macOS in bytes.
                self.peak_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        return self.process.returncode is not None

    def _alive(self) -> bool:
        assert self.process is not None
        try:
            os.killpg(self.process.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _send(self, number: int) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, number)

    def _pass_on(self) -> bool:
        """Copy one piece of output; False at its end."""
        chunk = os.read(self.reading, _CHUNK)
        # A log that nobody reads any more is no reason to lose a training.
        while chunk and self.writable:
            try:
                _write(self.watch.output, chunk)
                break
            except OSError:
                self.writable = False
        if chunk:
            self.watch.seen(chunk)
        return bool(chunk)


def _write(output: int, chunk: bytes) -> None:
    rest = memoryview(chunk)
    while rest:
        rest = rest[os.write(output, rest) :]


@contextlib.contextmanager
def _signals(running: _Running) -> Iterator[None]:
    before = {number: signal.signal(number, running.interrupt) for number in _FORWARDED}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
