"""What a gate touches: a folder for what it fetches, models that are served, metrics of the project's own."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mlgitlab.cli.wiring import inference
from mlgitlab.config.gates_inference import InferenceRules
from mlgitlab.errors import WorldError
from mlgitlab.jobs.gate.inference.measure import measure
from mlgitlab.jobs.gate.inference.measured import Measured


@contextmanager
def folder(root: Path, model: str) -> Iterator[Path]:
    """A folder of our own below `.mlgitlab`, for as long as it is needed; WorldError where the disk refuses it."""
    above = root / ".mlgitlab" / model
    try:
        above.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(prefix="gate-", dir=above))
    except OSError as error:
        raise WorldError(f"cannot make a folder below {str(above)!r}: {error.strerror}") from None
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def load_metric(entry: str, root: Path, roots: Iterable[str]) -> Callable[..., float]:
    """A metric of the project's own."""
    from mlgitlab.adapters import own_metrics  # noqa: PLC0415 (only where there are any)

    return own_metrics.load(entry, root, roots)


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Serves both models and times them. production: empty where there is none to compare with."""

    root: Path
    folder: Path
    environ: Mapping[str, str]
    pull: Callable[[str, Path], object]
    candidate: str
    production: str

    def __call__(self, rule: InferenceRules) -> Measured:
        """Fetch the models, each into a folder of its own, and measure."""
        places = inference.Places(
            root=self.root,
            candidate=self._fetched(self.candidate),
            production=self._fetched(self.production) if self.production else None,
            environ=self.environ,
        )
        with inference.serving(rule, places) as models:
            return measure(rule, models)

    def _fetched(self, digest: str) -> Path:
        place = self.folder / "models" / digest.rpartition(":")[2]
        self.pull(digest, place)
        return place
