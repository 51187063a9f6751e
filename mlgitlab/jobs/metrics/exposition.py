"""OpenMetrics and Prometheus text, read: every sample is a number, its labels part of its name."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.numbers import Collector
from mlgitlab.jobs.metrics.tables import number
from mlgitlab.jobs.metrics.trees import decoded
from mlgitlab.paths import show

LEGAL_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL = re.compile(r'\s*([a-zA-Z_][a-zA-Z0-9_]*)\s*=\s*"((?:[^"\\\n]|\\.)*)"\s*(,|\Z)')
_SAMPLE = re.compile(r'\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?\s+(\S+)(?:\s.*)?')
_ESCAPES = {"\\n": "\n", "\\\\": "\\", '\\"': '"'}
_BACK = {value: text for text, value in _ESCAPES.items()}


def gather_exposition(content: bytes, source: str, into: Collector) -> None:
    """Note every sample of a text; comments, timestamps and exemplars say nothing here."""
    # Not splitlines(): it divides at characters that a label may hold.
    for index, line in enumerate(decoded(content, source).split("\n"), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _SAMPLE.fullmatch(line.rstrip("\r"))
        value = number(found[3]) if found else None
        labels = _labels(found[2] or "") if found else None
        if found is None or value is None or labels is None:
            raise UsageError(
                f"{source}:{index}: not a line of OpenMetrics text: {show(line[:60])}",
                'a line is `name value` or `name{label="text"} value`',
            )
        into.metric(sample_name(found[1], labels), value)


def sample_name(name: str, labels: Mapping[str, str]) -> str:
    """A name and its labels as one text: `auc{split="test"}`; labels are sorted."""
    inner = ",".join(f'{key}="{escaped(value)}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}" if inner else name


def parts(text: str) -> tuple[str, Mapping[str, str]]:
    """Name and labels of what `sample_name` wrote; any other text is a name alone."""
    name, brace, rest = text.partition("{")
    if brace and rest.endswith("}") and LEGAL_NAME.fullmatch(name):
        labels = _labels(rest[:-1])
        if labels is not None and sample_name(name, labels) == text:
            return name, labels
    return text, {}


def escaped(text: str) -> str:
    """A text as it stands between the quotes of a label, or behind HELP."""
    return re.sub(r'[\\"\n]', lambda found: _BACK[found[0]], text)


def _labels(text: str) -> dict[str, str] | None:
    """The labels between braces; None where that is none, or one is given twice."""
    found: dict[str, str] = {}
    position = 0
    while text[position:].strip():
        match = _LABEL.match(text, position)
        if match is None or match[1] in found:
            return None
        found[match[1]] = re.sub(r"\\.", lambda escape: _ESCAPES.get(escape[0], escape[0]), match[2])
        position = match.end()
    return found
