"""Values held against JSON Schemas."""

from __future__ import annotations

import json
import socket
from typing import Any

import pytest

from mlgitlab.errors import ConfigError
from mlgitlab.jobs.settings.json_schemas import JsonSchema
from mlgitlab.jobs.settings.values import dotted

PYYAML = "PyYAML reads this as a text; write 1.0e-5"
CLOSED = {"additionalProperties": False}


def faults(schema: Any, data: object, **files: Any) -> list[str]:
    contents = {f"{name}.json": json.dumps(content).encode() for name, content in {"s": schema, **files}.items()}
    found = JsonSchema("s.json", contents.get).faults(data)
    return [f"{dotted(each.place)}: {each.what}{f' ({each.hint})' if each.hint else ''}" for each in found]


NESTED = {"properties": {"opt": {"properties": {"lr": {"type": "number"}, "name": {}}, **CLOSED}}, **CLOSED}


@pytest.mark.parametrize(
    ("schema", "data", "expected"),
    [
        (NESTED, {"opt": {"lr": 1, "nmae": 2}}, ["opt.nmae: unknown key (did you mean `name`?)"]),
        (NESTED, {"opt": {}, "zzz": 1, "optt": 1}, ["optt: unknown key (did you mean `opt`?)", "zzz: unknown key"]),
        (NESTED, {"opt": {"lr": "1e-5"}}, [f"opt.lr: expected number, found '1e-5' ({PYYAML})"]),
        (NESTED, {"opt": {"lr": "fast"}}, ["opt.lr: expected number, found 'fast'"]),
        ({"required": ["a", "b"]}, {}, ["a: the key is missing", "b: the key is missing"]),
        ({"enum": ["adam", None]}, "adma", [": expected one of 'adam', nothing; found 'adma' (did you mean `adam`?)"]),
        ({"minimum": 1}, 0, [": must be at least 1; found 0"]),
        ({"exclusiveMaximum": 1}, 1, [": must be less than 1; found 1"]),
        ({"items": {"type": ["integer", "null"]}}, [1, None, "x"], ["[2]: expected integer or null, found 'x'"]),
        ({"pattern": "^a"}, "b", [": 'b' does not match '^a'"]),
        ({"patternProperties": {"^x": {}}, **CLOSED}, {"xa": 1, "ya": 2}, ["ya: unknown key"]),
        ({"additionalProperties": {"type": "string"}}, {"b": 1}, ["b: expected string, found 1"]),
        (False, {"a": 1}, [": False schema does not allow {'a': 1}"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_words(schema: object, data: object, expected: list[str]) -> None:
    assert sorted(faults(schema, data)) == sorted(expected)


def test_of_alternatives_the_nearest_is_explained() -> None:
    schema = {"properties": {"sched": {"anyOf": [{"type": "null"}, {"properties": {"warmup": {"type": "integer"}}}]}}}
    assert faults(schema, {"sched": {"warmup": "x"}}) == [
        "sched: fits none of the alternatives; what the nearest says follows",
        "sched.warmup: expected integer, found 'x'",
    ]


def test_what_is_right_has_no_fault() -> None:
    assert faults(NESTED, {"opt": {"lr": 0.1, "name": "adam"}}) == []


def test_a_reference_to_another_file_of_the_repository_is_followed() -> None:
    other = {"$defs": {"rate": {"type": "number"}}}
    assert faults({"properties": {"lr": {"$ref": "other.json#/$defs/rate"}}}, {"lr": "x"}, other=other) == [
        "lr: expected number, found 'x'"
    ]


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://example.com/x.json"},
        {"properties": {"a": {"items": {"$ref": "http://example.com/x.json#/a"}}}},
        {"$id": "https://example.com/s.json", "$ref": "x.json"},
        {"$ref": "other.json"},
    ],
)
def test_nothing_is_fetched_from_the_network(schema: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: pytest.fail("the network was asked"))
    with pytest.raises(ConfigError, match=r"leads to the network|leads nowhere"):
        faults(schema, {"a": [1]}, other={"$ref": "https://example.com/x.json"})


def test_a_schema_may_name_itself_and_the_specification() -> None:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "https://example.com/s.json",
        "$defs": {"rate": {"type": "number"}},
        "properties": {
            "lr": {"$ref": "https://example.com/s.json#/$defs/rate"},
            "schema": {"$ref": "http://json-schema.org/draft-07/schema#"},
        },
    }
    assert faults(schema, {"lr": 1, "schema": {"type": "object"}}) == []
    assert len(faults(schema, {"lr": "x", "schema": {"type": 3}})) >= 2


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({}, "accepts everything"),
        (True, "accepts everything"),
        ({"title": "x", "$defs": {"a": {"type": "number"}}}, "accepts everything"),
        ({"type": "objekt"}, "s.json: type: not a JSON Schema"),
        ([], "a JSON Schema is a mapping"),
        ({"$ref": "#/$defs/gone"}, "leads nowhere"),
        ({"$ref": "gone.json"}, "leads nowhere"),
    ],
)
def test_a_schema_that_is_wrong_is_the_schemas_fault(schema: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        faults(schema, {"a": 1})


def test_a_schema_that_is_not_there_is_told() -> None:
    with pytest.raises(ConfigError, match="there is no such file"):
        JsonSchema("gone.json", lambda _: None)


def test_a_schema_may_be_yaml() -> None:
    [fault] = JsonSchema("s.yaml", {"s.yaml": b"properties:\n  a: {type: integer}\n"}.get).faults({"a": "x"})
    assert fault.place == ("a",)
