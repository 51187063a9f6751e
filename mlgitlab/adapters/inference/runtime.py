"""A model that ONNX Runtime runs, in a process of ours."""

from __future__ import annotations

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mlgitlab import paths
from mlgitlab.adapters.inference.lines import LineProcess
from mlgitlab.adapters.inference.memory import Memory
from mlgitlab.errors import UsageError
from mlgitlab.jobs.gate.inference.measured import Asked, Used
from mlgitlab.jobs.gate.inference.world import NotServedError

_WORKER = Path(__file__).with_name("onnx_worker.py")


def start(model: Path, requests: Path | None, cwd: Path, environ: Mapping[str, str]) -> LineProcess:
    """Start the process. UsageError where ONNX Runtime is not installed."""
    if importlib.util.find_spec("onnxruntime") is None:
        raise UsageError("the gate runs ONNX models, and onnxruntime is not installed", "pip install 'mlgitlab[onnx]'")
    # -P: the folder of the program must not stand before the standard library.
    argv = [sys.executable, "-P", str(_WORKER), str(model), str(requests or "")]
    return LineProcess(argv, cwd, environ)


@dataclass(kw_only=True)
class Runtime:
    """Such a model. Times are those of the runs alone. told: gets the runtime's version and what it runs on."""

    lines: LineProcess
    memory: Memory
    first: float
    each: float
    told: Callable[[str], None]

    def ask(self, first: int, count: int) -> Asked:
        """As `Running.ask`."""
        answer = self.lines.exchange(f"{first} {count}".encode(), self.first + count * self.each)
        self.first = 0.0
        self.memory.look()
        try:
            found = json.loads(answer)
            asked = Asked(
                latencies=tuple(map(float, found["times"])),
                seconds=float(found["seconds"]),
                failures=tuple(paths.printable(str(each)) for each in found["errors"]),
            )
            self.told(str(found["about"]))
        except (ValueError, TypeError, KeyError):
            raise NotServedError("ONNX Runtime printed something else than its answer") from None
        return asked

    def used(self) -> Used:
        """As `Running.used`."""
        return self.memory.used()

    def end(self) -> None:
        """As `Running.end`."""
        self.lines.end()
