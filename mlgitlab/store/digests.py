"""SHA-256 digests: `sha256:<64 digits>` for people and programs, the plain digits in keys."""

from __future__ import annotations

import hashlib
import re

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError

PREFIX = "sha256:"
SHORTEST = 12
_DIGITS = re.compile(r"[0-9a-f]{64}")
_ABBREVIATED = re.compile(r"(?:sha256:)?([0-9a-f]{12,64})")


def of(content: bytes) -> str:
    """The content's digest, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def is_digits(text: object) -> bool:
    """Whether this is 64 lower-case hexadecimal digits."""
    return isinstance(text, str) and _DIGITS.fullmatch(text) is not None


def full(digits: str) -> str:
    """The written form of a digest: `sha256:` and its digits."""
    return PREFIX + digits


def digits_of(digest: str) -> str:
    """The 64 digits of a digest, with or without `sha256:`; UsageError where it is none."""
    digits = digest.removeprefix(PREFIX)
    if not is_digits(digits):
        raise UsageError(f"{quoted(digest)} is no digest", "a digest is sha256: and 64 lower-case hexadecimal digits")
    return digits


def is_digest(text: object) -> bool:
    """Whether this is `sha256:` and 64 digits."""
    return isinstance(text, str) and text.startswith(PREFIX) and is_digits(text.removeprefix(PREFIX))


def abbreviation(text: str) -> str:
    """The digits of a digest that may be cut to 12 or more; empty where the text is none."""
    found = _ABBREVIATED.fullmatch(text)
    return found[1] if found else ""


def short(digest: str) -> str:
    """What people see of a digest: `sha256:` and 12 digits."""
    return PREFIX + digest.removeprefix(PREFIX)[:SHORTEST]
