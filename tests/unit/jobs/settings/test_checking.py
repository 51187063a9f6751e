"""Configurations held against a schema and a repository, and the outcome as JUnit."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from mlgitlab.errors import Problem
from mlgitlab.jobs.settings.checking import check, unmet
from mlgitlab.jobs.settings.documents import read_document
from mlgitlab.jobs.settings.existing import existence, path_faults
from mlgitlab.jobs.settings.junit import junit
from mlgitlab.jobs.settings.values import Checked, Document, Fault

EXISTS = existence(["data/a.csv", "data/big.parquet.dvc", "models/x/w.pt"])


def document(**data: object) -> Document:
    return Document(name="c.yaml", data=data)


@pytest.mark.parametrize("value", ["data/a.csv", "./data//a.csv", "data", "models/x/", "data/big.parquet", None, "."])
def test_a_path_that_exists_is_fine(value: str | None) -> None:
    assert path_faults(document(path=value), ["path"], EXISTS) == ()


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("data/b.csv", "there is no 'data/b.csv'"),
        ("dat", "there is no 'dat'"),
        ("../a.csv", "leads out"),
        ("data/../../a.csv", "leads out"),
        ("/etc/passwd", "leads out"),
        ("s3://bucket/a.csv", "is no path in the repository"),
        (3, "expected a path"),
        ("", "expected a path"),
    ],
)
def test_any_other_value_is_a_fault(value: object, what: str) -> None:
    [fault] = path_faults(document(path=value), ["path"], EXISTS)
    assert what in fault.what


def test_patterns_mean_keys_at_any_depth_and_the_elements_of_lists() -> None:
    data = document(model={"a": {"checkpoint": "x"}}, files=["data/a.csv", "y"], other="z")
    assert [fault.place for fault in path_faults(data, ["*.checkpoint", "files"], EXISTS)] == [
        ("model", "a", "checkpoint"),
        ("files", 1),
    ]


def test_a_pattern_that_means_no_key_is_told() -> None:
    assert unmet([document(a="x"), document(b="y")], ["a", "b", "c.*"]) == ("c.*",)
    assert unmet([read_document("c.yaml", b"a: [")], ["c"]) == ()


def test_problems_come_by_line_and_a_file_that_cannot_be_read_has_one() -> None:
    class Picky:
        def faults(self, _: object) -> tuple[Fault, ...]:
            return (Fault(place=("b",), what="second"), Fault(place=("a",), what="first"))

    good, broken = read_document("c.yaml", b"a: 1\nb: x\n"), read_document("d.yaml", b"a: [")
    first, second = check("train", [good, broken], Picky(), ["b"], EXISTS)
    assert [str(problem) for problem in first.problems] == [
        "c.yaml:1: a: first",
        "c.yaml:2: b: second",
        "c.yaml:2: b: there is no 'x' in the repository",
    ]
    assert len(second.problems) == 1


def test_junit_has_a_suite_for_each_entry_and_a_test_for_each_file() -> None:
    hostile = Problem(where='a"<]]>\x1b', what="x\x00&")
    found = [
        Checked(entry="train", name="a.yaml", problems=(hostile,)),
        Checked(entry="train", name="b.yaml"),
        Checked(entry="serve", name="c.yaml"),
    ]
    root = ET.fromstring(junit(found))
    assert [(suite.get("name"), suite.get("tests"), suite.get("failures")) for suite in root] == [
        ("train", "2", "1"),
        ("serve", "1", "0"),
    ]
    assert root.findtext("./testsuite/testcase/failure") == 'a"<]]>\\x1b: x\\x00&'
