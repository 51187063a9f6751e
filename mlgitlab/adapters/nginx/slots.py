"""Two slots, blue and green, that each hold a process with a model."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgitlab import paths
from mlgitlab.adapters import files
from mlgitlab.adapters.http import ask
from mlgitlab.adapters.process import shell
from mlgitlab.config.deploy import NginxTarget
from mlgitlab.errors import RefusedError, WorldError
from mlgitlab.jobs.deploy.target import Question
from mlgitlab.store import digests

NAMES = ("blue", "green")
_LAST_WORDS = 2000  # bytes of the log that a refusal shows the end of
_STOPPING = 10.0  # seconds from SIGTERM to SIGKILL
# A server outlives the job that starts it: it gets nothing of the job's, least of all its tokens.
_INHERITED = ("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TMPDIR", "TZ", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One slot: its name, its folder, its port on 127.0.0.1, and how a model is started in it."""

    name: str
    folder: Path
    port: int
    settings: NginxTarget
    environ: Mapping[str, str]

    @property
    def digest(self) -> str:
        """The model that it was last told to hold; empty for none."""
        try:
            found = json.loads((self.folder / "slot.json").read_bytes())["digest"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return found if digests.is_digest(found) else ""

    def is_warm(self) -> bool:
        """Whether its model answers."""
        return bool(self.digest) and self.is_alive() and self._healthy()

    def start(self, digest: str, room: Path) -> None:
        """Load a model, and return once it answers; RefusedError, with its last words, where it does not."""
        self.stop()
        self.folder.mkdir(parents=True, exist_ok=True)
        environ = self._environment(digest, room)
        lines = "".join(f"{name}={value}\n" for name, value in environ.items() if name.startswith("MLGITLAB_"))
        files.write(self.folder / "slot.env", lines.encode())
        files.write(self.folder / "slot.json", json.dumps({"digest": digest}).encode())
        if self.settings.unit:
            self._systemctl("restart")
        else:
            self._spawn(environ, room)
        if not self.wait():
            why = "does not answer in time" if self.is_alive() else "ended before it answered"
            what = f"the model {digests.short(digest)} {why}{self._last_words()}"
            self.stop()
            raise RefusedError(what, f"see {self.folder / 'serve.log'}")

    def wait(self) -> bool:
        """Whether its model answers within the time that loading may take."""
        until = time.monotonic() + self.settings.ready.seconds
        while not self._healthy():
            if not self.is_alive() or time.monotonic() > until:
                return False
            time.sleep(0.05)
        return True

    def stop(self) -> None:
        """End its process, if there is one: SIGTERM, and SIGKILL where that is not heeded."""
        if self.settings.unit:
            if self.digest:
                self._systemctl("stop")
        else:
            self._end()
        (self.folder / "slot.json").unlink(missing_ok=True)

    def _spawn(self, environ: Mapping[str, str], room: Path) -> None:
        """Start the lines in a session of their own. The shell notes its id before anything else can happen."""
        lines = "\n".join(('printf %s "$$" > "$MLGITLAB_PID_FILE"', *self.settings.serve))
        (self.folder / "pid").unlink(missing_ok=True)
        with (self.folder / "serve.log").open("wb") as log:
            started = subprocess.Popen(
                [shell(), "-e", "-c", lines],
                cwd=room,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        until = time.monotonic() + _STOPPING
        while self._pid() is None and started.poll() is None and time.monotonic() < until:
            time.sleep(0.01)
        started.returncode = 0  # Popen must not wait for it: it outlives us, and is known by its id

    def _environment(self, digest: str, room: Path) -> Mapping[str, str]:
        kept = {name: self.environ[name] for name in _INHERITED if name in self.environ}
        return {
            **kept,
            "MLGITLAB_DIGEST": digest,
            "MLGITLAB_MODEL_FOLDER": str(room),
            "MLGITLAB_PORT": str(self.port),
            "MLGITLAB_SLOT": self.name,
            "MLGITLAB_PID_FILE": str(self.folder / "pid"),
        }

    def _end(self) -> None:
        pid = self._pid()
        if pid is None:
            return
        for number, seconds in ((signal.SIGTERM, _STOPPING), (signal.SIGKILL, _STOPPING)):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
            until = time.monotonic() + seconds
            while self.is_alive() and time.monotonic() < until:
                time.sleep(0.02)
            if not self.is_alive():
                break
        else:
            raise WorldError(f"the process {pid} in the {self.name} slot does not end")
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)  # what it had started
        (self.folder / "pid").unlink(missing_ok=True)

    def is_alive(self) -> bool:
        """Whether its process runs."""
        if self.settings.unit:
            return self._systemctl("is-active", check=False)
        return self._pid() is not None

    def _pid(self) -> int | None:
        """The id of the process that holds the model; None where it has ended."""
        try:
            pid = int((self.folder / "pid").read_text("ascii"))
            os.kill(pid, 0)
        except (OSError, ValueError):
            return None
        with contextlib.suppress(ChildProcessError):
            if os.waitpid(pid, os.WNOHANG)[0]:  # it was ours, and has ended
                return None
        return pid if _is_ours(pid, self.folder) else None

    def _healthy(self) -> bool:
        return ask(self.port, Question(method="GET", path=self.settings.health), self.settings, 2.0).status == 200

    def _systemctl(self, verb: str, *, check: bool = True) -> bool:
        argv = ["systemctl", verb, f"{self.settings.unit}{self.name}"]
        try:
            done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)
        except (OSError, subprocess.SubprocessError) as error:
            raise WorldError(f"cannot run systemctl: {type(error).__name__}") from None
        if check and done.returncode:
            what = paths.printable(done.stderr.decode("utf-8", "replace").strip())
            raise WorldError(f"systemctl {verb} {argv[-1]} failed: {what}")
        return done.returncode == 0

    def _last_words(self) -> str:
        with contextlib.suppress(OSError):
            lines = (self.folder / "serve.log").read_bytes()[-_LAST_WORDS:].decode("utf-8", "replace").splitlines()
            return f": {paths.printable(' | '.join(lines[-5:]))}" if lines else ""
        return ""


def _is_ours(pid: int, folder: Path) -> bool:
    """Whether the process was started for this slot: after a reboot its id may be anybody's. Linux only."""
    if not Path("/proc/self/environ").exists():
        return True
    try:
        variables = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except OSError:
        return False
    return state != b"Z" and f"MLGITLAB_PID_FILE={folder / 'pid'}".encode() in variables
