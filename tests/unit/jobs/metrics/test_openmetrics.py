"""The text that GitLab reads, and that any parser of OpenMetrics reads the same way."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.exposition import LEGAL_NAME, parts, sample_name
from mlgitlab.jobs.metrics.openmetrics import Sample, label_value, legal_names, shown, write
from mlgitlab.jobs.metrics.reading import read_file
from mlgitlab.jobs.metrics.report import difference, samples

# Names near each other, so that they meet; and any text at all.
NAMES = st.one_of(st.text("a._/-1:", max_size=4), st.text(max_size=8), st.text("ab", min_size=199, max_size=202))
NUMBERS = st.floats(allow_nan=True, allow_infinity=True)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8)

# Ruby's Shellwords.shellsplit, by which GitLab takes a line apart.
_WORD = re.compile(r"""\s*(?:([^\0\s\\'"]+)|'([^\0']*)'|"((?:[^\0"\\]|\\[^\0])*)"|(\\[^\0]?)|(\S))(\s|\Z)?""")


def as_gitlab(text: str) -> Iterator[tuple[str, str]]:
    for line in text.split("\n"):
        words, word = [], ""
        for found in _WORD.finditer(re.sub(r"#.*$", "", line)):
            plain, single, double, escape, garbage, end = found.groups()
            assert garbage is None, f"GitLab cannot read {line!r}"
            word += plain or single or re.sub(r"\\([$`\"\\\n])", r"\1", double or "") or (escape or "")[1:]
            if end is not None:
                words.append(word)
                word = ""
        if len(words) > 1:
            yield words[0], words[1]


def as_prometheus(content: bytes) -> dict[str, float]:
    families = text_string_to_metric_families(content.decode())  # type: ignore[no-untyped-call]
    return {sample_name(each.name, each.labels): each.value for family in families for each in family.samples}


@given(st.sets(NAMES, max_size=12))
def test_no_two_names_become_one(names: set[str]) -> None:
    legal = legal_names(names)
    assert legal.keys() == names
    assert len(set(legal.values())) == len(names)
    assert all(LEGAL_NAME.fullmatch(name) and len(name) <= 200 for name in legal.values())


@given(st.lists(NAMES, max_size=12), st.randoms())
def test_a_name_does_not_depend_on_the_order_of_the_others(names: list[str], random: st.DataObject) -> None:
    shuffled = sorted(names, key=lambda _: random.random())  # type: ignore[attr-defined]
    assert legal_names(shuffled) == legal_names(names)


def test_a_legal_name_stays_and_one_that_meets_it_gets_digits_of_its_digest() -> None:
    assert legal_names(["val_auc", "val.auc", "top-1", "1st"]) == {
        "val_auc": "val_auc",
        "val.auc": "val_auc_873549",
        "top-1": "top_1",
        "1st": "_1st",
    }


@given(st.lists(TEXTS, max_size=6, unique=True))
def test_no_two_labels_become_one(texts: list[str]) -> None:
    assert len({label_value(text) for text in texts}) == len(texts)
    assert all("#" not in label_value(text) and label_value(text).isprintable() for text in texts)


@given(NUMBERS)
def test_a_number_reads_back_as_itself(value: float) -> None:
    assert repr(float(shown(value))) == repr(value)


@given(st.dictionaries(NAMES.filter(bool), NUMBERS, min_size=1, max_size=8), TEXTS)
def test_a_report_reads_back_and_gitlab_sees_the_same_numbers(metrics: dict[str, float], label: str) -> None:
    content = write(samples(metrics, {}, {"model": "fraud", "note": label}))
    parsed = as_prometheus(content)
    assert sorted(map(repr, parsed.values())) == sorted(map(repr, metrics.values()))
    seen = list(as_gitlab(content.decode()))
    assert len({name for name, _ in seen}) == len(metrics)
    assert sorted(repr(float(value)) for _, value in seen) == sorted(map(repr, metrics.values()))


@given(st.dictionaries(NAMES.filter(bool), NUMBERS, min_size=1, max_size=8))
def test_what_was_written_is_read_by_our_own_reader(metrics: dict[str, float]) -> None:
    again = read_file("metrics.txt", write(samples(metrics, {}, {})))
    assert sorted(map(repr, again.metrics.values())) == sorted(map(repr, metrics.values()))


@given(
    st.from_regex(r"[a-z]{1,3}", fullmatch=True), st.dictionaries(st.from_regex(r"[a-z]{1,2}", fullmatch=True), TEXTS)
)
def test_a_name_with_labels_comes_apart_again(name: str, labels: dict[str, str]) -> None:
    assert parts(sample_name(name, labels)) == (name, labels)


def test_the_text_as_a_whole() -> None:
    content = write(samples({"val.auc": 0.93, "loss": math.nan}, {"val.auc": 0.9}, {"model": "fraud"}))
    assert content.decode().splitlines() == [
        "# TYPE loss gauge",
        'loss{model="fraud"} NaN',
        "# HELP val_auc val.auc",
        "# TYPE val_auc gauge",
        'val_auc{model="fraud"} 0.93',
        'val_auc{model="fraud",of="production"} 0.9',
        "# HELP val_auc_delta val.auc, minus that of the model in production",
        "# TYPE val_auc_delta gauge",
        'val_auc_delta{model="fraud"} 0.03',
        "# EOF",
    ]
    assert dict(as_gitlab(content.decode()))["val_auc{model=fraud,of=production}"] == "0.9"


def test_a_metric_called_like_a_difference_keeps_its_name() -> None:
    parsed = as_prometheus(write(samples({"auc": 2.0, "auc_delta": 7.0}, {"auc": 1.0}, {})))
    assert parsed["auc_delta"] == 7.0
    assert sorted(parsed.values()) == [1.0, 1.0, 2.0, 7.0]


def test_a_difference_with_nan_is_nan_and_the_noise_of_the_last_bits_is_none() -> None:
    assert math.isnan(difference(1.0, math.nan))
    assert math.isnan(difference(math.inf, math.inf))
    assert difference(0.93, 0.9) == 0.03


def test_labels_that_a_metric_brought_along_stay() -> None:
    made = samples({'auc{split="test"}': 1.0}, {}, {"model": "fraud", "split": "all"})
    assert made == (Sample(name="auc", value=1.0, labels={"model": "fraud", "split": "test"}),)


def test_two_numbers_under_one_name_are_refused() -> None:
    with pytest.raises(UsageError, match="two numbers would both be called"):
        samples({"auc": 1.0, 'auc{model="fraud"}': 2.0}, {}, {"model": "fraud"})
    with pytest.raises(UsageError, match="two numbers would both be called"):
        samples({'auc{of="production"}': 1.0}, {"auc": 2.0}, {})
