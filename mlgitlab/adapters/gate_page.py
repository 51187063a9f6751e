"""A gate's verdict as one page that needs nothing else: no script, no network."""

from __future__ import annotations

from functools import lru_cache
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
    facts = {"words": words.WORDS, "signs": words.SIGNS, "chart_style": Markup(style())}  # noqa: S704 (ours)
    return _template().render(page=page, **facts).encode() + b"\n"


@lru_cache(maxsize=1)
def _template() -> jinja2.Template:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(_FILE)


def _shown(value: object) -> object:
    """Names may hold direction marks and control characters, which would make one look like another."""
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value
