"""A verdict as one page that needs nothing else: no script, no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2

from mlgitlab.paths import printable

_FILE = "page.html.j2"
# This folder, and the one of what all pages share.
_FOLDERS = (Path(__file__).parent, Path(__file__).parent.parent)


def page(report: Mapping[str, Any], summary: str, sentences: Sequence[str]) -> bytes:
    """The page of a report as `as_data` has it; `sentences` say what is wrong, one for each failing check."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_FOLDERS),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    failing = [check for check in report["checks"] if not check["passed"]]
    failures = list(zip(sentences, failing, strict=True))
    text = environment.get_template(_FILE).render(report=report, summary=summary, failures=failures)
    return text.encode() + b"\n"


def _shown(value: object) -> object:
    """Values may hold direction marks and control characters, which would make one look like another."""
    return printable(value) if isinstance(value, str) else value
