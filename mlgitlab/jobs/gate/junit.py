"""A verdict as JUnit XML, which GitLab's merge requests show on every tier: a rule is a test case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.paths import printable


def junit(suite: str, rulings: Iterable[Ruling]) -> bytes:
    """The file's content. What only advises is skipped where it says no: GitLab then fails nothing for it."""
    cases: list[ET.Element] = []
    names: Counter[str] = Counter()
    for ruling in rulings:
        name = name_of(ruling)
        names[name] += 1
        # Of two cases with one name GitLab shows one.
        cases.append(_case(suite, ruling, f"{name} ({names[name]})" if names[name] > 1 else name))
    failed = sum(case.find("failure") is not None for case in cases)
    skipped = sum(case.find("skipped") is not None for case in cases)
    counts = {"tests": str(len(cases)), "failures": str(failed), "errors": "0", "skipped": str(skipped)}
    root = ET.Element("testsuites", counts)
    ET.SubElement(root, "testsuite", {"name": printable(suite), **counts}).extend(cases)
    ET.indent(root)
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def name_of(ruling: Ruling) -> str:
    """The rule with the rows that it was asked about, and what it asks for."""
    where = ", ".join(filter(None, (ruling.dataset, ruling.slice)))
    limit = f": {ruling.limit}" if ruling.limit else ""
    return printable(f"{ruling.rule}{f' ({where})' if where else ''}{limit}")


def _case(suite: str, ruling: Ruling, name: str) -> ET.Element:
    case = ET.Element("testcase", {"classname": printable(suite), "name": name})
    if ruling.outcome is not Outcome.PASS:
        kind = "failure" if ruling.mandatory else "skipped"
        message = printable(f"{ruling.outcome}: {ruling.why}")
        told = ET.SubElement(
            case, kind, {"message": message, **({"type": str(ruling.outcome)} if kind == "failure" else {})}
        )
        told.text = "\n".join(map(printable, _lines(ruling)))
    return case


def _lines(ruling: Ruling) -> Iterable[str]:
    yield ruling.why
    if ruling.limit:
        yield f"rule: {ruling.limit}"
    for name in ("candidate", "production", "difference", "ratio"):
        value = getattr(ruling, name)
        if value is not None:
            yield f"{name}: {value:.6g}{f' {ruling.unit}' if ruling.unit else ''}"
    if ruling.interval:
        yield f"{ruling.interval.level:.0%} interval: {ruling.interval.low:.6g} to {ruling.interval.high:.6g}"
    if ruling.rows is not None:
        yield f"rows: {ruling.rows}{f', {ruling.wanted} would settle it' if ruling.wanted else ''}"
    yield from ruling.notes
