"""Which keys a pattern means."""

from __future__ import annotations

import time

import pytest

from mlgitlab.config.keys import check_key, matches_any, matches_key


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        pytest.param("fraud.train", "fraud.train", id="itself"),
        pytest.param("fraud.train", "fraud.train.lr", id="a key below"),
        pytest.param("fraud.train", "fraud.train[0]", id="an element below"),
        pytest.param("fraud.train", "fraud.train[0].lr", id="a key of an element below"),
        pytest.param("fraud.train.lr", "fraud", id="a leaf above"),
        pytest.param("fraud.train.lr", ".", id="a document that is a leaf"),
        pytest.param("fraud.*", "fraud.train", id="a star"),
        pytest.param("fraud.*", "fraud.train.lr", id="below a star"),
        pytest.param("fraud.*", "fraud", id="above a star"),
        pytest.param("fraud.*.lr", "fraud.train.lr", id="a star between"),
        pytest.param("*", "fraud.train", id="a star alone"),
        pytest.param("f*d.t*", "fraud.train.lr", id="stars within keys"),
        pytest.param("*a*b*", "xaxbx", id="several stars in a key"),
        pytest.param("a**b", "axxb", id="stars in a row within a key"),
        pytest.param("**.lr", "lr", id="no key for two stars"),
        pytest.param("**.lr", "fraud.train.lr", id="keys for two stars"),
        pytest.param("**.lr", "fraud.lr.lr.x", id="below two stars and a key"),
        pytest.param("fraud.**", "fraud", id="two stars at the end, no key"),
        pytest.param("fraud.**", "fraud.a.b", id="two stars at the end"),
        pytest.param("a.**.b.**.c", "a.x.b.y.b.c.d", id="two stars twice"),
        pytest.param("fraud.**.lr", "fraud", id="a leaf above two stars"),
        pytest.param("**.**.a", "a", id="two stars in a row"),
        pytest.param("layers[0].units", "layers[0].units", id="an index"),
        pytest.param("layers[*].units", "layers[12].units", id="any index"),
        pytest.param("layers.*.units", "layers[1].units", id="a star for an index"),
        pytest.param("layers.0.units", "layers[0].units", id="an index as a key"),
        pytest.param("layers[0]", "layers", id="an element of a list that is a leaf"),
        pytest.param("[0].a", "[0].a", id="a list at the root"),
        pytest.param('a."b.c"', 'a."b.c".d', id="a quoted key"),
        pytest.param('"a"', "a", id="a key that is quoted in vain"),
        pytest.param("a", r'"\u0061"', id="a key that is escaped in vain"),
        pytest.param("a.b*", 'a."b.c"', id="a star takes what a quoted key holds"),
        pytest.param('""', '"".a', id="an empty key"),
        pytest.param('"*"', '"*"', id="a quoted star"),
        pytest.param(".", "a.b", id="the document"),
        pytest.param("a..b", "x", id="a pattern that cannot be read"),
        pytest.param("x", "def f()]", id="a name that cannot be read"),
    ],
)
def test_a_pattern_means(pattern: str, name: str) -> None:
    assert matches_key(name, pattern)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        pytest.param("fraud.train", "fraud.training", id="a longer key"),
        pytest.param("fraud.train", "fraud.eval", id="a key beside"),
        pytest.param("fraud.train", "other", id="another leaf"),
        pytest.param("fraud.train.lr", "fraud.train.batch", id="a key beside, below"),
        pytest.param("train", "fraud.train", id="a key of another parent"),
        pytest.param("fraud.*.lr", "fraud.train.batch", id="a star and a key beside"),
        pytest.param("f*x", "fraud", id="another ending"),
        pytest.param("*a*b*", "xbxax", id="pieces in another order"),
        pytest.param("ab*bc", "abc", id="pieces that overlap"),
        pytest.param("**.lr", "fraud.train.batch", id="two stars and a key beside"),
        pytest.param("fraud.**.lr", "fraud.batch", id="two stars after a key, and a key beside"),
        pytest.param("a.**.b.**.c", "a.x.b.y", id="the last key is missing"),
        pytest.param("layers[0].units", "layers[1].units", id="another index"),
        pytest.param("a.b.c", 'a."b.c"', id="two keys are not one with a dot"),
        pytest.param('a."b.c"', "a.b.c", id="one key with a dot is not two"),
        pytest.param('"*"', "a", id="a quoted star is no pattern"),
        pytest.param('"**"', "a", id="two quoted stars are no pattern"),
        pytest.param("A", "a", id="capitals"),
    ],
)
def test_a_pattern_does_not_mean(pattern: str, name: str) -> None:
    assert not matches_key(name, pattern)


def test_any_of_several_patterns_is_enough() -> None:
    assert matches_any("a.b", ("x", "a"))
    assert not matches_any("a.b", ("x", "y"))
    assert not matches_any("a.b", ())


@pytest.mark.parametrize(
    "pattern",
    ["a", "a.b", "*", "**", "a.**.b", "a[0].b", "[*]", 'a."b.c"[1]', '""', ".", "a b", "é", r'"\n"', "a-b/c:d"],
)
def test_a_pattern_that_is_fine(pattern: str) -> None:
    assert check_key(pattern) == ""


@pytest.mark.parametrize(
    ("pattern", "wrong"),
    [
        pytest.param("", "missing", id="nothing"),
        pytest.param(".a", "missing", id="a dot first"),
        pytest.param("a.", "missing", id="a dot last"),
        pytest.param("a..b", "missing", id="two dots"),
        pytest.param('a."b', "not closed", id="a quote that is not closed"),
        pytest.param('a"b"', "quoted", id="a quote within a key"),
        pytest.param('"a"b', "quoted", id="text after a quote"),
        pytest.param(r'"\q"', "quoted", id="an escape that JSON does not know"),
        pytest.param("a[x]", "`[0]`", id="an index that is none"),
        pytest.param("a[0", "`[0]`", id="an index that is not closed"),
        pytest.param("a[0]b", "`[0]`", id="text after an index"),
        pytest.param("a]", "`[0]`", id="a bracket"),
        pytest.param("a.[0]", "`[0]`", id="a dot before an index"),
        pytest.param("a\\b", "quoted", id="a backslash"),
    ],
)
def test_what_is_wrong_with_a_pattern_is_said(pattern: str, wrong: str) -> None:
    assert wrong in check_key(pattern)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        pytest.param("*a" * 5_000 + "b", "a" * 20_000, id="stars in a key"),
        pytest.param("**.a." * 200 + "b", ".".join("a" * 2_000), id="stars between keys"),
        pytest.param("*" * 50_000 + "b", "a" * 50_000, id="stars in a row"),
    ],
)
def test_a_hostile_pattern_takes_no_time(pattern: str, name: str) -> None:
    start = time.process_time()
    assert not matches_key(name, pattern)
    assert time.process_time() - start < 5
