"""Which column or key of a log holds the step."""

from __future__ import annotations

from collections.abc import Callable, Iterable

# The finest first: a log that has both counts its steps, not its epochs.
_STEPS = ("step", "global_step", "iteration", "iter", "epoch")


def step_name(names: Iterable[str], holds: Callable[[str], bool]) -> str:
    """The name that means a step; empty where there is none. `holds`: whether every row has a number under a name."""
    by_meaning = {name.strip().lower(): name for name in sorted(names, reverse=True)}
    found = (by_meaning[step] for step in _STEPS if step in by_meaning)
    return next((name for name in found if holds(name)), "")
