"""Names of parts, short enough for a sentence."""

from __future__ import annotations

import re

_LONGEST = 48
# Control characters, marks that turn the direction of text, and what no encoding has.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def shortened(text: str) -> str:
    """A text on one line that can be printed, cut where it is long. Different texts may become the same."""
    words = " ".join(text[: 4 * _LONGEST].split())
    return _UNSEEN.sub("?", words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…")
