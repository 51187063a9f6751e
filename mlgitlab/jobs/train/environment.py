"""The environment and the shell script of a training's command. Documented in docs/train.md."""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping, Sequence

from mlgitlab import paths
from mlgitlab.jobs.train.order import Order

_UNFIT = re.compile(r"[^A-Z0-9_]")


def environment(
    order: Order, *, environ: Mapping[str, str], root: str, fingerprint: str, secret: Collection[str] = ()
) -> dict[str, str]:
    """The variables of the command: ours, then the step's own, above those that we were started with.

    root: the repository's folder, absolute. `secret` are the variables that are ours alone, and are left out.
    """
    kept = {name: value for name, value in environ.items() if name not in secret}
    ours = {
        "MLGITLAB_MODEL": order.model,
        "MLGITLAB_STEP": order.step,
        "MLGITLAB_SEED": str(order.seed),
        "MLGITLAB_FINGERPRINT": fingerprint,
        **({"MLGITLAB_SMOKE": "1"} if order.smoke else {}),
        **({"MLGITLAB_OUTPUT": _absolute(root, order.outputs[0])} if order.outputs else {}),
        **{f"MLGITLAB_DATA_{shouted(name)}": _absolute(root, place) for name, place in order.datasets.items()},
        **{f"MLGITLAB_PARAM_{shouted(name)}": value for name, value in order.parameters.items()},
    }
    if not order.smoke:
        kept.pop("MLGITLAB_SMOKE", None)
    unless_set = {"PYTHONHASHSEED": str(order.seed % 2**32), "PYTHONUNBUFFERED": "1"}
    return {**unless_set, **kept, **ours, **order.variables}


def shouted(name: str) -> str:
    """A name as part of a variable's: `card-data` is `CARD_DATA`."""
    return _UNFIT.sub("_", name.upper())


def _absolute(root: str, place: str) -> str:
    return place if "://" in place or place.startswith("/") else f"{root}/{paths.normalise(place)}"


def script(lines: Sequence[str]) -> str:
    """The command's lines as one shell script that says each line before it runs it, as GitLab does."""
    return "\n".join(f"printf '%s\\n' {shlex.quote(_said(line))}\n{line}" for line in lines)


def echoed(lines: Sequence[str]) -> tuple[str, ...]:
    """What the script itself prints, line by line."""
    return tuple(part for line in lines for part in _said(line).split("\n"))


def _said(line: str) -> str:
    return "$ " + "\n".join(map(paths.printable, line.rstrip("\n").split("\n")))
