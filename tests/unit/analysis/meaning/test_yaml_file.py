"""YAML files by key."""

from __future__ import annotations

import codecs
import itertools

import pytest
import yaml

from mlgitlab.analysis.meaning import yaml_nodes
from mlgitlab.analysis.meaning.values import Meaning
from mlgitlab.analysis.meaning.yaml_file import KIND, MOST_BYTES


def read(text: str) -> Meaning:
    found = KIND.read(text.encode())
    assert found is not None
    return found


def names(text: str) -> list[str]:
    return [part.name for part in read(text).parts]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a: b", "# why\na: b # because\n", id="comments"),
        pytest.param("a: b", "---\na:   b\n...\n", id="marks and blanks"),
        pytest.param("a: b", "a: b\r\n", id="line ends"),
        pytest.param("a: b", "'a': \"b\"", id="quotes"),
        pytest.param("a: {b: [c, d]}", "a:\n  b:\n  - c\n  - d\n", id="flow and block"),
        pytest.param("a: 'b c'", "a:\n  b\n  c\n", id="a plain scalar of two lines"),
        pytest.param('a: "b\\nc\\n"', "a: |\n  b\n  c\n", id="a literal block"),
        pytest.param('a: "b c\\n"', "a: >\n  b\n  c\n", id="a folded block"),
        pytest.param("a: b", "a: !!str b", id="the tag of a text"),
        pytest.param("a: '1'", "a: !!str 1", id="a number tagged as text"),
        pytest.param("a: {b: [c]}", "a: !!map {b: !!seq [c]}", id="the tags of a mapping and a list"),
        pytest.param("a: {x: b}\nc: {x: b}", "a: &a {x: b}\nc: *a", id="an alias"),
        pytest.param("a: [b]", "a: &unused [b]", id="an anchor"),
        pytest.param("a: '\\n'", "a: \\n", id="a backslash"),
        pytest.param("", "# nothing\n", id="no document"),
        pytest.param("a\n---\nb", "--- a\n...\n--- 'b'\n", id="two documents"),
    ],
)
def test_the_style_says_nothing(one: str, other: str) -> None:
    assert read(one) == read(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("a: 1", "a: 2", id="value"),
        pytest.param("a: 1", "b: 1", id="key"),
        pytest.param("{a: x, b: x}", "{b: x, a: x}", id="order"),
        pytest.param("a: 0.10", "a: 0.1", id="a number as written"),
        pytest.param("a:", "a: ''", id="null and no text"),
        pytest.param("a:", "a: {}", id="null and an empty mapping"),
        pytest.param("a: {}", "a: []", id="an empty mapping and an empty list"),
        pytest.param("a:", "", id="null and nothing"),
        pytest.param("---", "", id="an empty document and none"),
        pytest.param("a: {b: c}", "a.b: c", id="a key with a dot"),
        pytest.param("1: a", "'1': a", id="a number and a text as keys"),
        pytest.param("a: !x b", "a: b", id="tag of a scalar"),
        pytest.param("a: !x {b: c}", "a: {b: c}", id="tag of a mapping"),
        pytest.param("a: !x [b]", "a: !y [b]", id="tags of lists"),
        pytest.param("a: !x 1", "a: !x '1'", id="a tagged number and a tagged text"),
        pytest.param("a: ! 1", "a: 1", id="the tag that says nothing"),
        pytest.param("a: !!int '1'", "a: '1'", id="a text tagged as number"),
        pytest.param("a\n---\nb", "b\n---\na", id="order of documents"),
        pytest.param("- {a: b}\n- {a: c}", "a: b\n---\na: c", id="a list and documents"),
        pytest.param("%YAML 1.1\n---\na: yes", "%YAML 1.2\n---\na: yes", id="version"),
        pytest.param("a: |\n  b\n", "a: |-\n  b\n", id="the last line end of a block"),
        pytest.param("a: >\n  b\n", "a: >+\n  b\n\n", id="line ends that are kept"),
        pytest.param("a: &x [b, c]\nd: *x", "a: &x [b]\nd: *x", id="what an alias means"),
        pytest.param("a: b", "\ufeffa: b", id="byte order mark"),
    ],
)
def test_what_differs_has_other_parts(one: str, other: str) -> None:
    assert read(one) != read(other)


@pytest.mark.parametrize(
    "scalar",
    [
        *("yes", "No", "ON", "y", "n", "true", "False", "null", "~", "=", "<<", ".inf", "-.INF", ".nan"),
        *("1", "-1", "+1", "010", "0o7", "0x1F", "0b1", "1e3", "1E+3", ".5", "1.", "1_000", "1,000", "._1"),
        *("12:30", "12:30:45.6", "2001-01-01", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5"),
    ],
)
def test_what_readers_may_differ_in_is_not_its_text(scalar: str) -> None:
    assert read(f"a: {scalar}") != read(f"a: '{scalar}'")
    assert read(f"a: {scalar}") == read(f"a: {scalar} # why")


@pytest.mark.parametrize(
    "scalar", ["adam", "./data", "../x", "a1", "v1", "1st", "3 layers", "true story", "/data/1", "10%", "é"]
)
def test_what_is_text_for_all_readers_may_be_quoted(scalar: str) -> None:
    assert read(f"a: {scalar}") == read(f"a: '{scalar}'")


BASE = "base: &base {a: x, b: y}\nown: &own {b: w, c: z}\n"


@pytest.mark.parametrize(
    ("mapping", "expected"),
    [
        pytest.param("{<<: *base}", ["t.a", "t.b"], id="a merge"),
        pytest.param("{<<: *base, c: z}", ["t.a", "t.b", "t.c"], id="a merge and a key"),
        pytest.param("{c: z, <<: *base}", ["t.a", "t.b", "t.c"], id="merged keys come first, as in PyYAML"),
        pytest.param("{<<: [*own, *base]}", ["t.a", "t.b", "t.c"], id="several: the last one's keys first"),
    ],
)
def test_merge_keys_are_resolved(mapping: str, expected: list[str]) -> None:
    assert names(f"{BASE}t: {mapping}")[4:] == expected
    loaded = yaml.safe_load(f"{BASE}t: {mapping}")["t"]
    found = [f"t.{key}" for key in loaded]
    # Of several merges, PyYAML before 6.0.4 put the last one's keys first, and since then the first one's.
    assert (sorted(found) if "[" in mapping else found) == (sorted(expected) if "[" in mapping else expected)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("{<<: *base}", "{<<: *own}", id="what is merged"),
        pytest.param("{<<: [*base, *own]}", "{<<: [*own, *base]}", id="precedence"),
        pytest.param("{<<: *base, b: 1}", "{<<: *base, b: 2}", id="what a key overrides"),
        pytest.param("{<<: *base, b: y}", "{<<: *base}", id="a key that overrides with the same"),
        pytest.param("{<<: {a: x, b: y}, a: z}", "{<<: {b: y, a: x}, a: z}", id="the place of an overridden key"),
        pytest.param("{<<: *base}", "{a: x, b: y}", id="readers that order otherwise"),
    ],
)
def test_merges_that_differ_have_other_parts(one: str, other: str) -> None:
    assert read(f"{BASE}t: {one}") != read(f"{BASE}t: {other}")


def test_an_overridden_value_counts_for_nothing() -> None:
    assert read("t: {<<: {a: 1, b: x}, a: 2}") == read("t: {<<: {a: 3, b: x}, a: 2}")


def test_a_merge_of_a_merge_is_resolved() -> None:
    text = "a: &a {x: p}\nb: &b {<<: *a, y: q}\nc: {<<: *b, z: r}\n"
    assert names(text) == ["a.x", "b.x", "b.y", "c.x", "c.y", "c.z"]
    assert read(text).parts[3:] != read(text.replace("p", "changed")).parts[3:]


def test_an_anchor_means_the_latest_of_its_name() -> None:
    assert read("a: &x b\nc: &x d\ne: *x") == read("a: b\nc: d\ne: d")
    assert read("a: &x [&x b, *x]\nc: *x") == read("a: [b, b]\nc: b")


UNREADABLE = [
    pytest.param("a: b\na: c", id="a key twice"),
    pytest.param("a: b\n'a': c", id="a key twice, once quoted"),
    pytest.param("a: {<<: {}, <<: {}}", id="a merge key twice"),
    pytest.param("a: {<<: 1}", id="a merge of a number"),
    pytest.param("a: {<<: !x {b: c}}", id="a merge of something tagged"),
    pytest.param("a: {!!merge x: {b: c}}", id="a merge by its tag"),
    pytest.param("&a [*a]", id="a list in itself"),
    pytest.param("&a {b: *a}", id="a mapping in itself"),
    pytest.param("a: *b", id="an alias of nothing"),
    pytest.param("a: &x b\n---\nc: *x", id="an alias of another document's anchor"),
    pytest.param("? [a]\n: b", id="a list as a key"),
    pytest.param("? {a: b}\n: c", id="a mapping as a key"),
    pytest.param("a: [", id="no YAML"),
    pytest.param("{{ cookiecutter }}: a", id="a template"),
    pytest.param("a: 1\n# {% set b = 2 %}\nc: 3", id="a template in a comment"),
    pytest.param("a: \x01", id="a control character"),
    pytest.param(r'a: "\UFFFFFFFF"', id="no character"),
    pytest.param("[" * 100_000, id="deep flow"),
    pytest.param("- " * 100_000, id="deep block"),
    pytest.param("- a\n" * 250_000, id="too much"),
    pytest.param("a: [" + "b, " * MOST_BYTES + "]", id="too long"),
]


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_safely_has_no_meaning(text: str) -> None:
    assert KIND.read(text.encode()) is None


def test_bytes_that_are_no_utf_8_have_no_meaning() -> None:
    assert KIND.read(b"a: \xff") is None
    assert KIND.read(codecs.BOM_UTF16_LE + "a: b".encode("utf-16-le")) is None


def laughs(levels: int) -> str:
    lines = ["a0: &a0 [x, x]", *(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, levels))]
    return "\n".join(lines)


def test_a_billion_laughs_are_not_unfolded() -> None:
    assert KIND.read(laughs(5).encode()) is not None
    assert KIND.read(laughs(40).encode()) is None


def test_merges_that_multiply_are_not_unfolded() -> None:
    base = "a: &a {" + ", ".join(f"k{number}: x" for number in range(1_000)) + "}\n"
    assert yaml_nodes.documents_of((base + "b: {<<: *a}").encode())
    with pytest.raises(yaml_nodes.UnreadableError):
        yaml_nodes.documents_of((base + "".join(f"b{number}: {{<<: *a}}\n" for number in range(1_000))).encode())


@pytest.mark.parametrize("text", ["[" * 10_000 + "]" * 10_000, "- " * 10_000], ids=["flow", "block"])
def test_depth_ends_the_reading(text: str) -> None:
    with pytest.raises(yaml_nodes.UnreadableError):
        yaml_nodes.documents_of(text.encode())


SAMPLES = [
    "a: {<<: {x: 1}, y: 2}\nb: &b [1, 'two', !x three]\nc: *b\n",
    "--- 1\n--- a\n...\n",
    "%YAML 1.2\n%TAG !e! tag:example.com,2000:\n--- !e!foo\n- !e!bar x\n- ! y\n",
    "a: |\n  text\n\n  more\nb: >-\n  folded\n  text\nc: \"q\\tr\"\nd: 'it''s'\n",
    "? plain\n: - - nested\n  -\n",
    "",
    "a: b: c",
]


@pytest.mark.skipif(not yaml.__with_libyaml__, reason="there is only one loader")
@pytest.mark.parametrize("text", SAMPLES)
def test_both_loaders_read_the_same(text: str) -> None:
    def documents(loader: type[yaml.SafeLoader | yaml.CSafeLoader]) -> object:
        try:
            return yaml_nodes.documents_of(text.encode(), loader)
        except yaml_nodes.UnreadableError:
            return None

    assert documents(yaml.SafeLoader) == documents(yaml.CSafeLoader)


@pytest.mark.parametrize("path", ["params.yaml", "conf/a.yml", ".pre-commit-config.yaml"])
def test_a_yaml_file_is_known_by_its_name(path: str) -> None:
    assert KIND.matches(path)


@pytest.mark.parametrize("path", ["params.yaml.j2", "yaml", "a.json"])
def test_other_files_are_not_yaml(path: str) -> None:
    assert not KIND.matches(path)


def test_every_two_words_for_a_truth_differ() -> None:
    words = ["true", "True", "yes", "on", "1", "'true'"]
    for one, other in itertools.combinations(words, 2):
        assert read(f"a: {one}") != read(f"a: {other}")


def test_the_comment_that_hydra_reads_counts() -> None:
    def parts(text: str) -> object:
        found = KIND.read(text.encode())
        assert found
        return found.parts

    assert parts("# @package _global_\na: 1\n") == parts("a: 1\n# told\n# @package _global_\n")
    assert parts("# @package _global_\na: 1\n") != parts("a: 1\n")
    assert parts("# @package _global_\na: 1\n") != parts("# @package model\na: 1\n")


@pytest.mark.parametrize(
    ("value", "key"),
    [
        pytest.param("${base.rate}", "base.rate", id="a key"),
        pytest.param("${base}", "base.rate", id="all below a key"),
        pytest.param("x-${ base.rate }-${base.seed}", "base.seed", id="within a text"),
        pytest.param("['${base.rate}']", "base.rate", id="in a list"),
        pytest.param("${..base.rate}", "base.rate", id="relative"),
        pytest.param("${base.layers[1]}", "base.layers", id="an element of a list"),
        pytest.param("${middle}", "base.rate", id="through another"),
        pytest.param("${oc.select:base.rate,1}", "base.rate", id="by a resolver that takes a key"),
        pytest.param("${base.${kind}}", "base.rate", id="a name that is put together"),
    ],
)
def test_a_value_that_refers_to_another_changes_with_it(value: str, key: str) -> None:
    values = {"base.rate": "1", "base.seed": "2", "base.layers": "[3, 4]"}

    def digests(values: dict[str, str]) -> dict[str, str]:
        base = "\n".join(f"  {name.removeprefix('base.')}: {text}" for name, text in values.items())
        text = f"kind: rate\nbase:\n{base}\nmiddle: ${{base.rate}}\nmodel:\n  own: 1\n  rate: {value}"
        return {part.name: part.digest for part in read(text).parts}

    before, after = digests(values), digests({**values, key: "[5]"})

    assert before["model.rate"] != after["model.rate"]
    assert before["model.own"] == after["model.own"]


@pytest.mark.parametrize("value", ["${oc.env:HOME}", "${now:%Y-%m}", "${HOME}/x", "$base", "${loop}"])
def test_what_refers_to_no_key_of_the_file_changes_with_none(value: str) -> None:
    one, other = (read(f"rate: {rate}\nloop: ${{loop}}\na: {value}").parts[-1] for rate in (1, 2))

    assert one == other


def test_many_references_take_no_long_time() -> None:
    assert len(read("".join(f"a{number}: ${{a{number + 1}}}\n" for number in range(5000))).parts) == 5000
