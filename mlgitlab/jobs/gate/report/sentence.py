"""The verdict in one sentence."""

from __future__ import annotations

from mlgitlab.jobs.gate.verdict import Verdict
from mlgitlab.paths import printable
from mlgitlab.store import digests


def sentence(verdict: Verdict) -> str:
    """What it comes to, why, and what to do about it, on one printable line."""
    return f"{printable(verdict.model)}@{digests.short(verdict.candidate)}: {verdict.outcome}"
