"""How a value that somebody wrote is shown back, and what they may have meant."""

from __future__ import annotations

from collections.abc import Iterable

from mlgitlab.paths import show

MOST_SHOWN = 60
# Comparing every name with every other grows with the square; past this, a list of hints helps nobody.
_MOST_CANDIDATES = 1000
_LONGEST_LIST = 300


def quoted(text: str) -> str:
    """The text as one short, printable, quoted line: a wrong value may be a secret in the wrong place."""
    return repr(text) if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]!r}..."


def key_shown(key: str) -> str:
    """A key as part of a dotted path: printable and short."""
    return show(key) if len(key) <= MOST_SHOWN else f"{show(key[:MOST_SHOWN])}..."


def nearest(wanted: str, known: Iterable[str]) -> str:
    """The known name most like `wanted`; empty when none is near."""
    import difflib  # noqa: PLC0415 (only for faults)

    candidates = list(known)
    if len(candidates) > _MOST_CANDIDATES:
        return ""
    return next(iter(difflib.get_close_matches(wanted, candidates, n=1)), "")


def did_you_mean(wanted: str, known: Iterable[str]) -> str:
    """A question that names the nearest known name; empty when none is near."""
    near = nearest(wanted, known)
    return f"did you mean `{key_shown(near)}`?" if near else ""


def suggestion(wanted: str, known: Iterable[str], otherwise: str) -> str:
    """`did_you_mean`, or else `otherwise` followed by the known names, when they fit on a line."""
    candidates = list(known)
    listed = ", ".join(map(key_shown, candidates))
    return did_you_mean(wanted, candidates) or (f"{otherwise}: {listed}" if 0 < len(listed) < _LONGEST_LIST else "")
