"""What a check of a runner's host found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    SKIPPED = "skipped"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One check: its name, what was found, and what to do about it."""

    check: str
    level: Level
    what: str
    hint: str = ""


def ok(check: str, what: str, hint: str = "") -> Finding:
    """Nothing to complain of."""
    return Finding(check=check, level=Level.OK, what=what, hint=hint)


def skipped(check: str, what: str, hint: str = "") -> Finding:
    """Nothing could be said."""
    return Finding(check=check, level=Level.SKIPPED, what=what, hint=hint)


def warning(check: str, what: str, hint: str) -> Finding:
    """Jobs may run, and may not."""
    return Finding(check=check, level=Level.WARNING, what=what, hint=hint)


def failed(check: str, what: str, hint: str) -> Finding:
    """Jobs will fail."""
    return Finding(check=check, level=Level.FAILED, what=what, hint=hint)


def good(findings: Iterable[Finding]) -> bool:
    """Whether nothing failed."""
    return all(finding.level is not Level.FAILED for finding in findings)
