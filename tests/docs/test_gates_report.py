"""docs/gates-report.md names every headline, and its pictures are small enough for a repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.jobs.gate.report.standing import Standing

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.mark.parametrize("standing", Standing)
def test_every_headline_is_explained(standing: Standing) -> None:
    assert f"\n| {standing} | " in (DOCS / "gates-report.md").read_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_small(scheme: str) -> None:
    content = (DOCS / "images" / f"gate-report-{scheme}.png").read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 150_000
