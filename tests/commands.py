"""The real command in a process of its own, with nothing of this machine's environment that could change its answer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.repositories import ISOLATED

_KEPT = ("PATH", "HOME", "SYSTEMROOT", "TMPDIR", "COVERAGE_PROCESS_START")


@dataclass(frozen=True)
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its output, parsed."""
        return json.loads(self.out)


def mlgitlab(
    *argv: str, cwd: Path, environ: Mapping[str, str] | None = None, stdin: bytes = b"", check: int | None = 0
) -> Done:
    """Run `mlgitlab ARGV`; unless `check` is None, the exit code must be that one."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-m", "mlgitlab", *argv],
        cwd=cwd,
        env={**kept, **ISOLATED, **(environ or {})},
        input=stdin,
        capture_output=True,
        check=False,
    )
    result = Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
    if check is not None and result.code != check:
        raise AssertionError(f"mlgitlab {argv!r} exited with {result.code}\n{result.out}\n{result.err}")
    return result
