"""Metrics of the project's own: functions in its files, which run in this process."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from mlgitlab import paths
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError


def load(entry: str, root: Path, roots: Iterable[str]) -> Callable[..., float]:
    """The function that `FILE.py:FUNCTION` names; `roots` come first on the module path from here on.

    What it prints goes to standard output. UsageError where there is none, or its file cannot be run.
    """
    file, _, name = entry.rpartition(":")
    place = (root / file).resolve()
    if not file.endswith(".py") or not place.is_relative_to(root.resolve()) or not place.is_file():
        raise UsageError(f"there is no metric {quoted(entry)}", "write FILE.py:FUNCTION, a file of the repository")
    sys.path[:0] = [str(root / each) for each in roots if str(root / each) not in sys.path]
    sys.path.insert(0, str(place.parent))
    called = f"mlgitlab_metric_{place.stem}"
    spec = importlib.util.spec_from_file_location(called, place)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[called] = module  # dataclasses look up their annotations there
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 (somebody else's code may raise anything)
        what = paths.printable(f"{type(error).__name__}: {error}")
        hint = "it runs where mlgitlab is installed, with the packages that are there"
        raise UsageError(f"the metric {quoted(entry)} cannot be loaded: {what}", hint) from None
    found: Any = getattr(module, name, None)
    if not callable(found):
        raise UsageError(f"{paths.show(file)} has no function {quoted(name)}", "it is named in gates.metrics")
    made: Callable[..., float] = found
    return made
