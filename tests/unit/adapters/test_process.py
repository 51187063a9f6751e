"""Processes: what they print is passed on, and nothing of them is left behind."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mlgitlab.adapters.process import Ended, Supervision, run
from mlgitlab.errors import WorldError


@dataclass
class Log:
    """What a run printed, and the silences that it was asked about."""

    pieces: list[bytes] = field(default_factory=list)
    silences: list[float] = field(default_factory=list)

    @property
    def text(self) -> str:
        return b"".join(self.pieces).decode()


@pytest.fixture
def log() -> Log:
    return Log()


def start(
    script: str, cwd: Path, log: Log, *, limit: float | None = 30, grace: float = 5, silence: float = 60
) -> Ended:
    sink = os.open(os.devnull, os.O_WRONLY)
    watch = Supervision(
        limit=limit, grace=grace, silence=silence, output=sink, seen=log.pieces.append, quiet=log.silences.append
    )
    try:
        return run(script, cwd=cwd, environ=dict(os.environ), watch=watch)
    finally:
        os.close(sink)


def soon(condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_gone(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return True
    return state == "Z"


def test_both_streams_come_in_their_order_and_the_exit_code_is_the_scripts(tmp_path: Path, log: Log) -> None:
    ended = start("echo one; echo two >&2; printf 'three\\r'; exit 7", tmp_path, log)
    assert log.text == "one\ntwo\nthree\r"
    assert (ended.code, ended.timed_out, ended.signal, ended.left) == (7, False, 0, False)


def test_a_script_stops_at_its_first_failure_also_within_a_pipe(tmp_path: Path, log: Log) -> None:
    assert start("false | cat\necho not reached", tmp_path, log).code == 1
    assert log.text == ""


def test_memory_is_that_of_the_script_alone(tmp_path: Path, log: Log) -> None:
    big = start("python3 -c 'x = bytearray(400 << 20)'", tmp_path, log)
    small = start("true", tmp_path, log)
    assert big.peak_bytes > 400 << 20
    # A new process begins as a copy of ours, and the kernel counts that.
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert small.peak_bytes <= max(ours, 100 << 20)


def test_a_script_that_takes_too_long_is_asked_to_end_and_then_ended(tmp_path: Path, log: Log) -> None:
    script = "trap 'echo asked' TERM; while :; do sleep 0.2 || true; done"
    ended = start(script, tmp_path, log, limit=0.5, grace=1)
    assert ended.timed_out
    assert ended.code == -signal.SIGKILL
    assert "asked" in log.text
    assert ended.seconds < 8


def test_a_signal_reaches_the_whole_group_and_saving_may_take_its_time(tmp_path: Path, log: Log) -> None:
    script = """
python3 -u - <<'END'
import signal, time
def save(*_):
    time.sleep(0.7); open("saved", "w").close(); raise SystemExit(0)
signal.signal(signal.SIGTERM, save)
print("ready"); time.sleep(30)
END
"""

    def ask() -> None:
        assert soon(lambda: "ready" in log.text)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=ask).start()
    ended = start(script, tmp_path, log)
    assert ended.signal == signal.SIGTERM
    assert (tmp_path / "saved").exists()
    assert ended.seconds < 10


def test_our_handlers_are_gone_afterwards(tmp_path: Path, log: Log) -> None:
    before = signal.getsignal(signal.SIGTERM)
    start("true", tmp_path, log)
    assert signal.getsignal(signal.SIGTERM) is before


def test_what_is_left_running_is_ended(tmp_path: Path, log: Log) -> None:
    ended = start("sleep 60 & echo $!", tmp_path, log)
    assert ended.left
    assert ended.code == 0
    assert is_gone(int(log.text))


SUPERVISOR = """
import os, pathlib, sys
from mlgitlab.adapters.process import Supervision, run
watch = Supervision(limit=60, grace=float(sys.argv[2]), silence=60, output=1, seen=print, quiet=print)
run(sys.argv[1], cwd=pathlib.Path.cwd(), environ=dict(os.environ), watch=watch)
"""


@pytest.mark.parametrize(
    "script", ["sleep 60 & echo $! $$ > pids; wait", "trap '' TERM; sleep 60 & echo $! $$ > pids; wait; wait"]
)
def test_whoever_kills_us_by_force_ends_the_script(tmp_path: Path, script: str) -> None:
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    supervisor = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, script, "1"], cwd=tmp_path, env=environ, stdout=subprocess.DEVNULL
    )
    assert soon(lambda: len((tmp_path / "pids").read_text().split() if (tmp_path / "pids").exists() else []) == 2)
    time.sleep(0.3)  # let the script get to where it waits
    supervisor.kill()
    supervisor.wait()
    pids = [int(pid) for pid in (tmp_path / "pids").read_text().split()]
    assert soon(lambda: all(map(is_gone, pids)))


def test_nothing_of_us_is_left_after_a_script(tmp_path: Path, log: Log) -> None:
    start("true", tmp_path, log)
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text()
    names = [Path(f"/proc/{pid}/cmdline").read_text() for pid in children.split()]
    assert not [name for name in names if "mlgitlab-guardian" in name]


def test_silence_is_noticed_again_and_again(tmp_path: Path, log: Log) -> None:
    start("sleep 2; echo done", tmp_path, log, silence=0.5)
    assert 2 <= len(log.silences) <= 4
    assert log.silences == sorted(log.silences)


def test_a_log_that_nobody_reads_does_not_end_the_script(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    pieces: list[bytes] = []
    watch = Supervision(limit=30, grace=1, silence=60, output=writing, seen=pieces.append, quiet=lambda _: None)
    ended = run("seq 100000; touch finished", cwd=tmp_path, environ=dict(os.environ), watch=watch)
    os.close(writing)
    assert ended.code == 0
    assert (tmp_path / "finished").exists()
    assert b"".join(pieces).endswith(b"100000\n")


def test_a_script_that_cannot_be_started_is_said(tmp_path: Path, log: Log) -> None:
    with pytest.raises(WorldError, match="cannot start"):
        start("true", tmp_path / "nowhere", log)
