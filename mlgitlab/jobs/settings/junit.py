"""The outcome as JUnit XML: a test suite for each entry of `configs`, a test for each configuration."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from mlgitlab.jobs.settings.values import Checked
from mlgitlab.paths import printable


def junit(found: Sequence[Checked]) -> bytes:
    """The file's content; the order is that of `found`, whose entries come together."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<testsuites>"]
    for entry, members in groupby(found, key=lambda each: each.entry):
        suite = list(members)
        failures = sum(bool(each.problems) for each in suite)
        lines.append(f'  <testsuite name={_attribute(entry)} tests="{len(suite)}" failures="{failures}" errors="0">')
        for each in suite:
            lines.append(f"    <testcase classname={_attribute(entry)} name={_attribute(each.name)}>")
            if each.problems:
                text = "\n".join(map(str, each.problems))
                lines.append(f"      <failure message={_attribute(str(each.problems[0]))}>{_safe(text)}</failure>")
            lines.append("    </testcase>")
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""]).encode()


def _attribute(text: str) -> str:
    return quoteattr(printable(text))


def _safe(text: str) -> str:
    return escape("\n".join(map(printable, text.split("\n"))))
