"""All charts as one HTML page, or one above the other in one SVG."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from mlgitlab.jobs.metrics.curves.charts import Chart
from mlgitlab.jobs.metrics.curves.svg import WIDTH, draw, height, style
from mlgitlab.paths import printable

_PAGE = (
    "body{margin:1.5rem;font:14px system-ui,sans-serif;color:#1f2328;background:#ffffff}"
    "main{display:flex;flex-wrap:wrap;align-items:flex-start;gap:1rem}svg{max-width:100%;height:auto}h1{font-size:1.2rem}"
    "@media screen and (prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}}"
)


def html(charts: Sequence[Chart], title: str, *, log: bool = False) -> bytes:
    """A page without scripts, and without anything from elsewhere."""
    name = escape(printable(title))
    lines = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        '<meta name="color-scheme" content="light dark">',
        f"<title>{name}</title><style>{_PAGE}{style()}</style></head>",
        f"<body><h1>{name}</h1><main>",
        *(draw(chart, number, log=log) for number, chart in enumerate(charts)),
        "</main></body></html>",
        "",
    ]
    return "\n".join(lines).encode()


def svg(charts: Sequence[Chart], title: str, *, log: bool = False) -> bytes:
    """One drawing."""
    tall = sum(map(height, charts))
    parts = []
    top = 0
    for number, chart in enumerate(charts):
        parts.append(draw(chart, number, log=log, y=top))
        top += height(chart)
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{tall}" viewBox="0 0 {WIDTH} {tall}">',
        f"<title>{escape(printable(title))}</title>",
        f"<style>{style()}</style>",
        *parts,
        "</svg>",
        "",
    ]
    return "\n".join(lines).encode()
