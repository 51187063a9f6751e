"""A gate's verdict as one page that needs nothing else: no script, no network."""

from __future__ import annotations

from pathlib import Path

import jinja2
from markupsafe import Markup

from mlgitlab.jobs.gate.report import words
from mlgitlab.jobs.gate.report.view import Page
from mlgitlab.jobs.metrics.curves.svg import style
from mlgitlab.paths import printable

_FILE = "gate_page.html.j2"


def render(page: Page) -> bytes:
    """The page as UTF-8. Every text is escaped, whatever it says; drawings escape their own."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    facts = {"words": words.WORDS, "signs": words.SIGNS, "chart_style": Markup(style())}  # noqa: S704 (ours)
    text = environment.get_template(_FILE).render(page=page, **facts)
    return text.encode() + b"\n"


def _shown(value: object) -> object:
    """Names may hold direction marks and control characters, which would make one look like another."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
