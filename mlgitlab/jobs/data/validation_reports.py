"""A verdict for machines: JSON, JUnit for merge requests, Code Quality, OpenMetrics. Same verdict, same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

from mlgitlab.jobs.data.validation import Check, How, Kind, Result, Sample, Subject, Verdict
from mlgitlab.jobs.metrics import openmetrics
from mlgitlab.paths import printable

FORMAT = 1
_SEVERITIES = {Kind.VALUE: "major", Kind.TYPE: "critical", Kind.PRESENCE: "critical", Kind.DRIFT: "minor"}
# Formats in which a row is, as a rule, a line.
_LINES = (".csv", ".tsv", ".jsonl", ".ndjson")


def as_data(verdict: Verdict) -> dict[str, Any]:
    """The verdict as JSON data; `from_data` reads it back."""
    subject = verdict.subject
    return {
        "format": FORMAT,
        "dataset": subject.dataset,
        "data": subject.data,
        "schema": subject.schema,
        "engine": subject.engine,
        "passed": verdict.passed,
        "rows": verdict.rows,
        "files": verdict.files,
        "counts": {kind.value: verdict.count(kind) for kind in Kind},
        "problems": list(verdict.problems),
        "warnings": list(verdict.warnings),
        "checks": [_result(result) for result in verdict.results],
    }


def _result(result: Result) -> dict[str, Any]:
    return {
        "column": result.check.column,
        "check": result.check.name,
        "kind": result.check.kind.value,
        "how": result.check.how.value,
        "passed": result.passed,
        "ran": result.ran,
        "failing_rows": result.rows,
        "detail": result.detail,
        "error": result.error,
        "samples": [{"file": each.file, "row": each.row, "values": dict(each.values)} for each in result.samples],
    }


def from_data(data: Mapping[str, Any]) -> Verdict | None:
    """The verdict that `as_data` wrote; None where it is none, or one of another format."""
    try:
        if data["format"] != FORMAT:
            return None
        return Verdict(
            subject=Subject(**{key: str(data[key]) for key in ("dataset", "data", "schema", "engine")}),
            rows=int(data["rows"]),
            files=int(data["files"]),
            results=tuple(_read(each) for each in data["checks"]),
            problems=tuple(map(str, data["problems"])),
            warnings=tuple(map(str, data["warnings"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _read(data: Mapping[str, Any]) -> Result:
    check = Check(column=data["column"], name=data["check"], kind=Kind(data["kind"]), how=How(data["how"]))
    samples = tuple(
        Sample(file=each["file"], row=int(each["row"]), values=tuple(each["values"].items()))
        for each in data["samples"]
    )
    return Result(
        check=check,
        passed=data["passed"] is True,
        rows=data["failing_rows"],
        detail=data["detail"],
        error=data["error"],
        samples=samples,
        ran=data["ran"] is True,
    )


def report_json(verdict: Verdict) -> bytes:
    """`report.json`."""
    return (json.dumps(as_data(verdict), indent=2, ensure_ascii=True) + "\n").encode()


def summary(verdict: Verdict) -> str:
    """What ran on what: `41 value checks, 12 type checks, 20 presence checks on 1,204,331 rows`."""
    counts = [(verdict.count(kind), kind.value) for kind in Kind]
    ran = ", ".join(f"{number:,} {kind} check{'' if number == 1 else 's'}" for number, kind in counts if number)
    files = f" of {verdict.files:,} files" if verdict.files > 1 else ""
    return f"{ran or 'no checks'} on {verdict.rows:,} row{'' if verdict.rows == 1 else 's'}{files}"


def sentence(result: Result) -> str:
    """What is wrong, on one line."""
    check = result.check
    rows = "" if result.rows is None else f"{result.rows:,} row{'' if result.rows == 1 else 's'}"
    detail = f"{result.detail}: {result.error}" if result.error else result.detail
    where = f"column `{check.column}`" if check.column else "rows"
    if check.how is How.COLUMNS and check.column:
        return f"{where}: {detail}"
    if check.kind is Kind.TYPE and rows:
        return f"{where}: {rows} not of {check.name}"
    return ": ".join(part for part in (where, check.name, rows, detail) if part)


def junit(verdict: Verdict) -> bytes:
    """One test case for each check and column, one more for each fault of the dataset as a whole."""
    cases = [*_problem_cases(verdict), *(_case(verdict, result) for result in verdict.results)]
    failures = len(verdict.problems) + len(verdict.failures)
    suite = ET.Element("testsuite", name=_xml(f"data {verdict.subject.dataset}"), tests=str(len(cases)))
    suite.set("failures", str(failures))
    suite.extend(cases)
    suites = ET.Element("testsuites")
    suites.append(suite)
    ET.indent(suites)
    content: bytes = ET.tostring(suites, encoding="utf-8", xml_declaration=True)
    return content + b"\n"


def _problem_cases(verdict: Verdict) -> Iterator[ET.Element]:
    for number, problem in enumerate(verdict.problems, start=1):
        case = ET.Element("testcase", classname=_xml(f"data.{verdict.subject.dataset}"), name=f"dataset #{number}")
        ET.SubElement(case, "failure", message=_xml(problem))
        yield case


def _case(verdict: Verdict, result: Result) -> ET.Element:
    group = _xml(f"data.{verdict.subject.dataset}.{result.check.column or 'rows'}")
    case = ET.Element(
        "testcase", classname=group, name=_xml(f"{result.check.column}: {result.check.name}".lstrip(": "))
    )
    if not result.passed:
        failure = ET.SubElement(case, "failure", message=_xml(sentence(result)))
        failure.text = "\n".join(_xml(f"{each.file} row {each.row}: {each.value}") for each in result.samples) or None
    return case


def _xml(text: str) -> str:
    """Text without what XML cannot hold."""
    return printable(text)


def codequality(verdict: Verdict) -> bytes:
    """GitLab's Code Quality format: each failure at the row of the data, where that is a line, else at the schema."""
    found = [_issue(verdict, "", "dataset", problem, "blocker", None) for problem in verdict.problems]
    for result in verdict.failures:
        check = result.check
        first = result.samples[0] if result.samples else None
        found.append(_issue(verdict, check.column, check.name, sentence(result), _SEVERITIES[check.kind], first))
    return (json.dumps(found, indent=2, ensure_ascii=True) + "\n").encode()


def _issue(
    verdict: Verdict, column: str, name: str, description: str, severity: str, sample: Sample | None
) -> dict[str, Any]:
    subject = verdict.subject
    schema = subject.schema.rpartition(":")[0] if ".py:" in subject.schema else subject.schema
    path, line = schema or subject.data, 1
    if sample and "://" not in sample.file and sample.file.endswith(_LINES):
        path, line = sample.file, sample.row + (0 if sample.file.endswith(_LINES[2:]) else 1)
    identity = json.dumps([subject.dataset, column, name, description if name == "dataset" else ""])
    return {
        "description": printable(f"{subject.dataset}: {description}"),
        "check_name": printable(name),
        "fingerprint": hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest(),
        "severity": severity,
        "location": {"path": printable(path), "lines": {"begin": line}},
    }


def metrics(verdict: Verdict) -> bytes:
    """OpenMetrics for `artifacts:reports:metrics`."""
    name = {"dataset": verdict.subject.dataset}
    samples = [
        openmetrics.Sample(name="data_rows", value=verdict.rows, labels=name, help="Rows that were validated"),
        openmetrics.Sample(
            name="data_failures",
            value=len(verdict.failures) + len(verdict.problems),
            labels=name,
            help="Checks that failed, and faults of the dataset as a whole",
        ),
    ]
    samples += [
        openmetrics.Sample(
            name="data_checks", value=verdict.count(kind), labels={**name, "kind": kind.value}, help="Checks that ran"
        )
        for kind in Kind
    ]
    return openmetrics.write(samples)
