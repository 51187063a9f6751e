"""What somebody else said, fit for a message of ours."""

from __future__ import annotations

from mlgitlab.paths import printable

_LONGEST = 200  # characters


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """A text on one line, printable, short, and without what is secret."""
    for secret in filter(None, secrets):
        text = text.replace(secret, "[masked]")
    line = printable(" ".join(text.split()))
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
