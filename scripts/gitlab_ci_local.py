"""Runs a repository's pipeline and its children with gitlab-ci-local, and tells what really happened.

gitlab-ci-local ends with 0 when a job of a child pipeline fails, so the verdict is read from its report.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
PROGRAM = PROJECT / "node_modules" / ".bin" / "gitlab-ci-local"
OLDEST_NODE = 20  # gitlab-ci-local's argument parser refuses older ones
# CI_PIPELINE_SOURCE is ours to set: otherwise a warning says that it is predefined.
_OPTIONS = (
    "--force-shell-executor",
    "--shell-isolation",
    "--no-artifacts-to-source",
    "--no-color",
    "--ignore-predefined-vars=CI_PIPELINE_SOURCE",
)
# What would leak from the pipeline that we run in ourselves, or be read as an option (GCL...).
_OURS_ALONE = ("CI_", "GITLAB_", "MLGITLAB_", "GCL", "GIT_", "PYTEST_", "PYTHON")
_REPORT = re.compile(r" (PASS|FAIL|WARN)  (\[[^\]]+\] -> )?(.+?) *(?:\d+% coverage)?")
_ANSI = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of the parent pipeline: names of jobs by result, and all that was printed."""

    exit_code: int
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    output: str
    state: Path
    had_children: bool

    @property
    def succeeded(self) -> bool:
        """Whether parent and child ran, and every job of both passed."""
        return self.exit_code == 0 and not self.failed and self.had_children

    def artifacts(self, job: str) -> Path:
        """Folder of the artifacts of one job, named as gitlab-ci-local names it."""
        return self.state / "artifacts" / re.sub(r"[^\w-]+", _encoded, job)


def lacking() -> str:
    """What this machine lacks to run a pipeline, and how to get it; empty when it lacks nothing."""
    if _node_version() < OLDEST_NODE:
        return f"there is no node of version {OLDEST_NODE} or newer"
    if not PROGRAM.exists():
        return "gitlab-ci-local is not installed (npm ci)"
    if not shutil.which("rsync"):
        return "rsync is not installed (apt-get install rsync)"
    return ""


def _node_version() -> int:
    """The major version of node, 0 where there is none."""
    if not shutil.which("node"):
        return 0
    said = subprocess.run(["node", "--version"], stdout=subprocess.PIPE, encoding="utf-8", check=False).stdout
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0


def run(
    repository: Path,
    variables: Mapping[str, str] | None = None,
    show: Callable[[str], None] = lambda _: None,
    file: str = ".gitlab-ci.yml",
    manual: Sequence[str] = (),
) -> Run:
    """Run the pipeline of a file of the repository; `show` gets each line of the log as it comes.

    `manual` are the jobs that a person plays.

    Jobs find `python` and `mlgitlab` in the environment that runs us.
    """
    state = repository / ".gitlab-ci-local"
    given = [f"--variable={name}={value}" for name, value in (variables or {}).items()]
    argv = [
        str(PROGRAM),
        *_OPTIONS,
        f"--home={state / 'home'}",
        f"--file={file}",
        *given,
        *(f"--manual={job}" for job in manual),
    ]
    lines = []
    with subprocess.Popen(
        argv, cwd=repository, env=_environ(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        assert process.stdout is not None
        for raw in process.stdout:
            lines.append(_ANSI.sub("", raw.decode("utf-8", "replace")).rstrip("\n"))
            show(lines[-1])
    return _verdict(process.returncode, lines, state)


def _verdict(exit_code: int, lines: Sequence[str], state: Path) -> Run:
    report = [found for line in lines if (found := _REPORT.fullmatch(line)) and "downstream pipeline is" not in line]
    return Run(
        exit_code=exit_code,
        passed=tuple(found[3] for found in report if found[1] == "PASS"),
        failed=tuple(found[3] for found in report if found[1] == "FAIL"),
        output="\n".join(lines),
        state=state,
        # A failed job is reported without its pipeline's name; then the run has failed anyway.
        had_children=any(found[2] for found in report),
    )


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS_ALONE)}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    # Jobs that ask for a GPU run here without one.
    return {**kept, "PATH": path, "MLGITLAB_PREFLIGHT": "off"}


def _encoded(found: re.Match[str]) -> str:
    """Characters that a job's name may hold and a folder's may not, as gitlab-ci-local encodes them."""
    return base64.urlsafe_b64encode(found[0].encode()).decode().rstrip("=")
