"""However nested data is written, its parts are the same; where the data differs, so do they."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from mlgitlab.analysis.meaning import json_file, toml_file, yaml_file
from mlgitlab.analysis.meaning.directives import is_template
from mlgitlab.analysis.meaning.keyed import leaves_of, name_of, quoted
from mlgitlab.analysis.meaning.values import Kind, Meaning
from mlgitlab.config.keys import check_key, matches_key

Value = None | bool | int | float | str | list["Value"] | dict[str, "Value"]

# Of every plain scalar that begins so, or is one of these words, some reader may make a number or a date.
_DOUBTFUL = re.compile(r"[-+.~=<0-9].*|[ynft]|on|off|yes|no|true|false|null|none|inf|nan|infinity", re.IGNORECASE)
# Few texts, so that two trees often have most in common, and all that could be taken for something else.
_like = st.sampled_from(["", "a", "b", "a.b", "a[0]", "[0]", "0", "1", "1.0", "true", "null", '"a"', "*", "**", "\\"])
_free = st.text(alphabet="abA0 .,:;#'\"\\[]{}*&!%@`|>?-_=/\t\n\r\x7fé\u2028\U0001f600", max_size=12)
_words = _free.filter(lambda text: not _DOUBTFUL.fullmatch(text))
_lines = st.text(alphabet="abc .,:;#'\"[]{}*&!%@`|>?-_=/é", max_size=12).filter(lambda text: not _DOUBTFUL.match(text))
_numbers = st.integers() | st.floats(allow_nan=False, allow_infinity=False)


def _trees(scalars: st.SearchStrategy[Value], keys: st.SearchStrategy[str]) -> st.SearchStrategy[Value]:
    return st.recursive(
        scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(keys, below, max_size=3), max_leaves=8
    )


def _documents(scalars: st.SearchStrategy[Value], keys: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, Value]]:
    return st.dictionaries(keys, _trees(scalars, keys), max_size=4)


_simple = st.none() | st.booleans() | st.integers(0, 1) | st.sampled_from([0.0, 1.0]) | _like
_confusable = _trees(_simple, _like)
_anything = _trees(st.none() | st.booleans() | _numbers | _free, _free)


def parts(kind: Kind, text: str) -> Meaning:
    found = kind.read(text.encode())
    assume(found is not None or not is_template(text))  # a tag after a `#` may mean something to an engine
    assert found is not None
    return found


def names(value: Value) -> list[str]:
    return [part.name for part in parts(json_file.KIND, json.dumps(value)).parts]


def as_yaml(value: Value, **style: Any) -> str:
    return str(yaml.safe_dump(value, sort_keys=False, **style))


@given(_anything, st.sampled_from([None, 0, 1, 4, "\t"]), st.booleans())
def test_the_layout_of_json_says_nothing(value: Value, indent: int | str | None, ascii_only: bool) -> None:
    written = json.dumps(value, indent=indent, ensure_ascii=ascii_only)
    assert parts(json_file.KIND, json.dumps(value)) == parts(json_file.KIND, written)


_styles = st.fixed_dictionaries(
    {
        "default_flow_style": st.sampled_from([None, True, False]),
        "width": st.sampled_from([2, 20, 80, 10_000]),
        "indent": st.sampled_from([2, 4, 8]),
        "allow_unicode": st.booleans(),
        "explicit_start": st.booleans(),
        "explicit_end": st.booleans(),
        "line_break": st.sampled_from(["\n", "\r\n"]),
    }
)


@given(_trees(_words, _words), _styles, st.sampled_from([None, "'", '"', "|", ">"]))
def test_the_style_of_yaml_says_nothing(value: Value, style: Mapping[str, object], quotes: str | None) -> None:
    written = as_yaml(value, **style, default_style=quotes)
    assume(yaml.safe_load(written) == value)  # folded, the dumper loses some blanks
    assert parts(yaml_file.KIND, as_yaml(value)) == parts(yaml_file.KIND, written)


@given(_trees(st.none() | st.booleans() | _numbers | _words, _words), _styles)
def test_the_layout_of_yaml_says_nothing(value: Value, style: Mapping[str, object]) -> None:
    written = as_yaml(value, **style)
    assume(yaml.safe_load(written) == value)  # in narrow lines PyYAML 6.0.4 adds backslashes to some texts
    assert parts(yaml_file.KIND, as_yaml(value)) == parts(yaml_file.KIND, written)


def toml_value(value: Value, *, literal: bool) -> str:
    match value:
        case dict():
            return (
                "{" + ", ".join(f"{toml_key(key)} = {toml_value(value[key], literal=literal)}" for key in value) + "}"
            )
        case list():
            return "[" + ", ".join(toml_value(item, literal=literal) for item in value) + "]"
        case str() if literal and not re.search(r"['\x00-\x1f\x7f]", value):
            return f"'{value}'"
        case _:
            return toml_key(value) if isinstance(value, str) else json.dumps(value)


def toml_key(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def dotted(value: Value, above: str = "") -> Iterator[str]:
    if isinstance(value, dict) and (value or not above):
        for key in value:
            yield from dotted(value[key], f"{above}.{toml_key(key)}".lstrip("."))
    else:
        yield f"{above} = {toml_value(value, literal=True)}"


def inline(value: dict[str, Value]) -> Iterator[str]:
    for key, item in value.items():
        yield f"{toml_key(key)} = {toml_value(item, literal=False)}"


_toml_numbers = st.integers(-(2**63), 2**63 - 1) | st.sampled_from([0.5, -1.25, 10.0])
_toml_documents = _documents(st.booleans() | _toml_numbers | _free, _free)


@given(_toml_documents)
def test_the_style_of_toml_says_nothing(value: dict[str, Value]) -> None:
    assert parts(toml_file.KIND, "\n".join(inline(value))) == parts(toml_file.KIND, "\r\n".join(dotted(value)))


def same(one: Value, other: Value) -> bool:
    """Whether two trees are equal in types and order too."""
    return repr(one) == repr(other)


@given(_confusable, _confusable)
def test_json_has_the_same_parts_only_for_the_same_data(one: Value, other: Value) -> None:
    found = parts(json_file.KIND, json.dumps(one)) == parts(json_file.KIND, json.dumps(other))
    assert found == same(one, other)


@given(_confusable, _confusable)
def test_yaml_has_the_same_parts_only_for_the_same_data(one: Value, other: Value) -> None:
    found = parts(yaml_file.KIND, as_yaml(one)) == parts(yaml_file.KIND, as_yaml(other))
    assert found == same(one, other)


_toml_confusable = _documents(st.booleans() | st.integers(0, 1) | st.sampled_from([0.0, 1.0]) | _like, _like)


@given(_toml_confusable, _toml_confusable)
def test_toml_has_the_same_parts_only_for_the_same_data(one: dict[str, Value], other: dict[str, Value]) -> None:
    found = parts(toml_file.KIND, "\n".join(inline(one))) == parts(toml_file.KIND, "\n".join(dotted(other)))
    assert found == same(one, other)


@given(st.data(), _documents(_simple, _like).filter(lambda value: len(value) > 1))
def test_the_order_of_keys_counts(data: st.DataObject, value: dict[str, Value]) -> None:
    moved = {key: value[key] for key in data.draw(st.permutations(list(value)))}
    assume(not same(value, moved))
    assert parts(json_file.KIND, json.dumps(value)) != parts(json_file.KIND, json.dumps(moved))
    assert parts(yaml_file.KIND, as_yaml(value)) != parts(yaml_file.KIND, as_yaml(moved))


def commented(data: st.DataObject, lines: list[str]) -> str:
    """The lines with comments behind and between them."""
    found: list[str] = []
    for line in lines:
        found += data.draw(st.lists(st.sampled_from(["# c", "    # a: b", "", "#"]), max_size=2))
        found.append(line + data.draw(st.sampled_from(["", " # c", "  # - a: 'b"])))
    return "\n".join([*found, "# end"])


@given(st.data(), _documents(st.none() | st.booleans() | _numbers | _lines, _lines))
def test_comments_say_nothing(data: st.DataObject, value: dict[str, Value]) -> None:
    written = as_yaml(value, default_flow_style=False, width=10_000, allow_unicode=True)
    assert parts(yaml_file.KIND, written) == parts(yaml_file.KIND, commented(data, written.splitlines()))


@given(st.data(), _toml_documents)
def test_comments_in_toml_say_nothing(data: st.DataObject, value: dict[str, Value]) -> None:
    lines = list(inline(value))
    assert parts(toml_file.KIND, "\n".join(lines)) == parts(toml_file.KIND, commented(data, lines))


@given(_confusable | _anything)
def test_the_name_of_a_part_means_that_part_alone(value: Value) -> None:
    found = names(value)
    assert len(set(found)) == len(found)
    for name in found:
        assert check_key(name) == ""
        assert [other for other in found if matches_key(other, name)] == [name]


@given(st.data(), _confusable | _anything)
def test_a_pattern_with_stars_means_what_it_stands_for(data: st.DataObject, value: Value) -> None:
    leaves = leaves_of(json.loads(json.dumps(value))) or []
    leaf = data.draw(st.sampled_from(leaves))
    assume(leaf.path)
    at = data.draw(st.integers(0, len(leaf.keys) - 1))
    before, after = name_of(leaf.path[:at]), leaf.keys[at + 1 :]
    rest = "".join(f"[{key}]" if isinstance(key, int) else f".{quoted(key)}" for key in after)
    star = "*" if at == 0 else f"{before}.*"
    assert matches_key(name_of(leaf.path), star + rest)
    assert matches_key(name_of(leaf.path), f"*{star}{rest}" if at == 0 else f"{star}*{rest}")
    assert matches_key(name_of(leaf.path), before)


@given(_confusable | _anything)
def test_what_is_above_or_below_a_pattern_is_meant(value: Value) -> None:
    for leaf in leaves_of(json.loads(json.dumps(value))) or []:
        name = name_of(leaf.path)
        for length in range(len(leaf.path)):
            assert matches_key(name, name_of(leaf.path[:length]))
            assert matches_key(name_of(leaf.path[:length]), name)


@given(st.binary(max_size=200) | st.text(alphabet="ab01 .:,-#&*!|>?'\"[]{}<%@\n\t=", max_size=60).map(str.encode))
def test_no_content_is_too_bad(content: bytes) -> None:
    for kind in (yaml_file.KIND, json_file.KIND, toml_file.KIND):
        first, second = kind.read(content), kind.read(content)
        assert first == second
