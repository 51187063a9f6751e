"""Real processes and real servers: measured side by side, ended with all that they started."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mlgitlab.cli.wiring.inference import Places
from mlgitlab.config.gates_inference import InferenceRules, LatencyLimit, MemoryLimit, ServedOverHttp
from mlgitlab.config.quantities import Elapsed
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import UsageError
from mlgitlab.jobs.gate.inference.judge import judge
from mlgitlab.jobs.gate.inference.measured import Who
from mlgitlab.jobs.gate.ruling import Outcome
from tests.unit.adapters.inference.served import HTTP, LINES, gone, measured, project

BY_LINES = InferenceRules(
    command=("python serve.py",),
    requests="requests.jsonl",
    latency_p50=LatencyLimit(max_ratio=2.0),
    duration=Duration(3),
    warm_up=4,
    start_within=Duration(30),
    answer_within=Duration(10),
)
BY_HTTP = dataclasses.replace(BY_LINES, command=(), endpoint=ServedOverHttp(command=("exec python serve.py",)))


def outcomes(rule: InferenceRules, places: Places) -> dict[str, Outcome]:
    found = measured(rule, places)
    return {ruling.rule: ruling.outcome for ruling in judge(rule, found).rulings}


@pytest.mark.parametrize(("rule", "program"), [(BY_LINES, LINES), (BY_HTTP, HTTP)], ids=["lines", "http"])
def test_a_much_slower_model_fails(tmp_path: Path, rule: InferenceRules, program: str) -> None:
    # So much slower, and so wide a limit, that it shows on a machine with other work as well.
    rule = dataclasses.replace(rule, latency_p50=LatencyLimit(max_ratio=5.0), duration=Duration(5))
    places = project(tmp_path, program, candidate=0.12, production=0.008)
    outcome = Outcome.INCONCLUSIVE
    for _ in range(4):  # with so much other work that there is no verdict, which is right, it is tried again
        found = measured(rule, places)
        answers, latency = judge(rule, found).rulings
        assert answers.outcome is Outcome.PASS
        assert not found.fault
        outcome = latency.outcome
        if outcome is not Outcome.INCONCLUSIVE:
            break
    assert outcome is Outcome.FAIL


@pytest.mark.parametrize(("rule", "program"), [(BY_LINES, LINES), (BY_HTTP, HTTP)], ids=["lines", "http"])
def test_an_equal_model_does_not_fail(tmp_path: Path, rule: InferenceRules, program: str) -> None:
    rule = dataclasses.replace(rule, second_production=False, duration=Duration(2))
    found = outcomes(rule, project(tmp_path, program))
    assert found["inference.latency_p50.max_ratio"] is not Outcome.FAIL


def test_a_machine_as_noisy_as_the_limit_is_narrow_gives_no_verdict(tmp_path: Path) -> None:
    program = LINES.replace("time.sleep(delay)", "time.sleep(delay * random.choice([0.5, 3]))").replace(
        "import json", "import random, json"
    )
    rule = dataclasses.replace(BY_LINES, latency_p50=LatencyLimit(max_ratio=1.02))
    found = measured(rule, project(tmp_path, program))
    ruling = judge(rule, found).rulings[1]
    assert ruling.outcome is Outcome.INCONCLUSIVE
    assert "production against itself" in ruling.why


def test_every_model_gets_the_same_requests_in_turns(tmp_path: Path) -> None:
    found = measured(dataclasses.replace(BY_LINES, duration=Duration(1)), project(tmp_path, LINES))
    counts = {who: len(found.of(who)) for who in Who}
    assert len(set(counts.values())) == 1
    first = [block.who for block in found.blocks[:6]]
    assert first == [*Who, *reversed(Who)]
    second = [block.who for block in found.blocks[6:12]]
    assert second != first
    assert sorted(second) == sorted(first)


def test_the_memory_of_a_process_and_its_children_is_measured(tmp_path: Path) -> None:
    program = "import subprocess, sys\nheap = bytearray(80 << 20)\n" + LINES
    places = project(tmp_path, program)
    rule = dataclasses.replace(BY_LINES, duration=Duration(1), memory=MemoryLimit(max_ratio=1.5))
    found = measured(rule, places)
    taken = found.used[Who.CANDIDATE].resident
    assert taken is not None
    assert 80 << 20 < taken < 400 << 20
    rulings = {ruling.rule: ruling.outcome for ruling in judge(rule, found).rulings}
    assert rulings["inference.memory.max_ratio"] is Outcome.PASS


def test_without_production_the_candidate_is_measured_alone(tmp_path: Path) -> None:
    rule = dataclasses.replace(BY_LINES, latency_p50=LatencyLimit(at_most=Elapsed(2000)), duration=Duration(1))
    places = project(tmp_path, LINES, production=None)
    assert outcomes(rule, places)["inference.latency_p50.at_most"] is Outcome.PASS


FAULTY = {
    "ends at once": "raise SystemExit(3)",
    "says nothing": "import time\ntime.sleep(60)",
    "prints what is no JSON": "import sys\nfor line in sys.stdin: print('hello', flush=True)",
    "answers with errors": 'import sys\nfor line in sys.stdin: print(\'{"error": "no GPU"}\', flush=True)',
    "prints two lines": "import sys\nfor line in sys.stdin: print('1\\n2', flush=True)",
    "closes its output": "import os, time\nos.close(1)\ntime.sleep(60)",
    "never ends a line": "import sys\nwhile True: sys.stdout.write('x' * 100000)",
    "does not read": "import os, time\nos.close(0)\ntime.sleep(60)",
    "ignores being asked to end": (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    ),
}


@pytest.mark.parametrize("how", FAULTY)
def test_a_candidate_that_does_not_answer_fails_and_is_ended(tmp_path: Path, how: str) -> None:
    program = f"import os\nopen('pid', 'w').write(str(os.getpid()))\n{FAULTY[how]}\n"
    rule = dataclasses.replace(BY_LINES, start_within=Duration(2), answer_within=Duration(1))
    begun = time.monotonic()
    found = outcomes(rule, project(tmp_path, program, production=None))
    assert found["inference.answers"] is Outcome.FAIL
    assert time.monotonic() - begun < 20
    assert gone(int((tmp_path / "pid").read_text()))


def test_a_server_that_is_never_ready_fails(tmp_path: Path) -> None:
    rule = dataclasses.replace(BY_HTTP, endpoint=ServedOverHttp(command=("sleep 60",)), start_within=Duration(1))
    places = project(tmp_path, HTTP, production=None)
    found = measured(rule, places)
    assert "not ready at port" in found.fault[Who.CANDIDATE]
    elsewhere = ServedOverHttp(command=("python serve.py",), ready="/elsewhere")
    found = measured(dataclasses.replace(rule, endpoint=elsewhere, start_within=Duration(4)), places)
    assert "status 404" in found.fault[Who.CANDIDATE]


def test_answers_that_are_errors_fail_over_http(tmp_path: Path) -> None:
    places = project(tmp_path, HTTP, production=None)
    (tmp_path / "requests.jsonl").write_text('{"x": 1}\n{"x": -1}\n')
    found = measured(dataclasses.replace(BY_HTTP, duration=Duration(1)), places)
    assert "status 500" in found.warming[Who.CANDIDATE][0]
    assert judge(BY_HTTP, found).rulings[0].outcome is Outcome.FAIL


def test_a_server_that_dribbles_its_answer_is_ended(tmp_path: Path) -> None:
    program = HTTP.replace(
        "        time.sleep(delay)\n",
        "        self.send_response(200); self.end_headers()\n"
        "        while True: self.wfile.write(b'x'); self.wfile.flush(); time.sleep(0.2)\n",
    )
    rule = dataclasses.replace(BY_HTTP, answer_within=Duration(1))
    found = measured(rule, project(tmp_path, program, production=None))
    assert "no answer in time" in found.fault[Who.CANDIDATE]


def test_requests_at_the_same_time_raise_the_rate(tmp_path: Path) -> None:
    rule = dataclasses.replace(
        BY_HTTP, endpoint=ServedOverHttp(command=("exec python serve.py",), concurrency=4), duration=Duration(2)
    )
    found = measured(rule, project(tmp_path, HTTP, candidate=0.05, production=None))
    alone = [sum(block.asked.latencies) / 1000 for block in found.blocks]
    together = [block.asked.seconds for block in found.blocks]
    assert sum(alone) > 1.5 * sum(together)


def test_what_a_model_started_is_ended_with_it(tmp_path: Path) -> None:
    program = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(120)'], start_new_session=True)\n"
        "open('child', 'w').write(str(child.pid))\n" + LINES
    )
    measured(dataclasses.replace(BY_LINES, duration=Duration(1)), project(tmp_path, program, production=None))
    assert gone(int((tmp_path / "child").read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_leaves_nothing_running(tmp_path: Path, number: signal.Signals) -> None:
    places = project(tmp_path, "import os\nopen(f'pid', 'w').write(str(os.getpid()))\n" + LINES, production=None)
    program = (
        "import sys; from pathlib import Path\n"
        "from tests.unit.adapters.inference.test_serving import BY_LINES, Duration, dataclasses, measured\n"
        "from tests.unit.adapters.inference.served import Places\n"
        "root = Path(sys.argv[1])\n"
        f"places = Places(root=root, candidate=root / 'candidate', production=None, environ={dict(places.environ)!r})\n"
        "measured(dataclasses.replace(BY_LINES, duration=Duration(60)), places)\n"
    )
    ours = subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
        assert time.monotonic() < until
        assert ours.poll() is None
        time.sleep(0.05)
    os.kill(ours.pid, number)
    assert ours.wait(30) != 0
    assert gone(int((tmp_path / "pid").read_text()))


@pytest.mark.parametrize(("content", "what"), [("{]", ":1: the request is no JSON"), ("\n", "0 requests")])
def test_requests_that_are_none_are_refused(tmp_path: Path, content: str, what: str) -> None:
    places = project(tmp_path, LINES)
    (tmp_path / "requests.jsonl").write_text(content)
    with pytest.raises(UsageError, match=what):
        measured(BY_LINES, places)
    (tmp_path / "requests.jsonl").unlink()
    with pytest.raises(UsageError, match="does not exist"):
        measured(BY_LINES, places)


# Shows as much memory in use as there are models, and, if asked for processes, those that are listed in a file.
NVIDIA_SMI = """\
#!/bin/sh
case "$*" in
-L) echo "GPU 0: NVIDIA Test (UUID: GPU-1)" ;;
*compute-apps*) [ -f pids ] && for pid in $(cat pids); do echo "$pid, 700"; done; true ;;
*) echo "| NVIDIA-SMI 550.1  Driver Version: 550.54  CUDA Version: 12.4 |"
   echo "| $((100 + 300 * $(ls loaded | wc -l)))MiB / 81920MiB |" ;;
esac
"""


@pytest.mark.parametrize(("listed", "mib"), [(True, 700), (False, 300)], ids=["by process", "by what is gained"])
def test_the_memory_on_gpus_is_measured(tmp_path: Path, listed: bool, mib: int) -> None:
    noted = "open('pids', 'a').write(f'{os.getpid()} ')" if listed else ""
    places = project(tmp_path, f"import os\nopen(f'loaded/{{os.getpid()}}', 'w')\n{noted}\n" + LINES)
    (tmp_path / "loaded").mkdir()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "nvidia-smi").write_text(NVIDIA_SMI)
    (tmp_path / "bin" / "nvidia-smi").chmod(0o755)
    environ = {**places.environ, "PATH": f"{tmp_path / 'bin'}:{places.environ['PATH']}"}
    rule = dataclasses.replace(BY_LINES, duration=Duration(1), gpu_memory=MemoryLimit(max_ratio=1.1))
    with contextlib.chdir(tmp_path):  # where the stand-in for nvidia-smi looks
        found = measured(rule, dataclasses.replace(places, environ=environ))
    assert {used.gpu for used in found.used.values()} == {mib << 20}
    assert (found.facts["gpus"], found.facts["driver"]) == ("NVIDIA Test", "550.54")
    rulings = {ruling.rule: ruling.outcome for ruling in judge(rule, found).rulings}
    assert rulings["inference.gpu_memory.max_ratio"] is Outcome.PASS


def test_the_machine_is_named(tmp_path: Path) -> None:
    rule = dataclasses.replace(BY_LINES, duration=Duration(1))
    facts = measured(rule, project(tmp_path, LINES, production=None)).facts
    assert facts["system"]
    assert int(facts["cpus"]) > 0
