"""The files generated from the types: the JSON Schema and the reference page."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from mlgitlab.config import json_schema, reference
from mlgitlab.config.parse import parse
from mlgitlab.config.shapes import keys_of, sections
from tests.unit.config.examples import GOOD

ROOT = Path(__file__).parents[3]
GENERATED = {
    "mlgitlab/config/mlgitlab.schema.json": json_schema.text,
    "docs/configuration.md": reference.markdown,
}
VALIDATOR = jsonschema.Draft7Validator(json_schema.schema())


@pytest.mark.parametrize("name", GENERATED)
def test_the_shipped_file_is_what_the_types_say(name: str) -> None:
    assert (ROOT / name).read_bytes() == GENERATED[name]().encode(), "run: python -m scripts.regenerate"


def test_the_schema_is_one() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema.schema())


@pytest.mark.parametrize("text", GOOD.values(), ids=GOOD)
def test_the_schema_accepts_what_the_parser_accepts(text: bytes) -> None:
    assert parse(text, "f").config.version == 1
    assert [error.message for error in VALIDATOR.iter_errors(yaml.safe_load(text))] == []


@pytest.mark.parametrize(
    "document",
    [
        pytest.param({}, id="no version"),
        pytest.param({"version": 2}, id="another version"),
        pytest.param({"version": 1, "model": {}}, id="unknown key"),
        pytest.param({"version": 1, "models": {"m": {"trian": "x"}}}, id="unknown key of a model"),
        pytest.param({"version": 1, "models": {"m": {"train": {"comand": "x"}}}}, id="unknown key of a step"),
        pytest.param({"version": 1, "models": {"a b": {"train": "x"}}}, id="name"),
        pytest.param({"version": 1, "unmatched": "everyting"}, id="choice"),
        pytest.param({"version": 1, "defaults": {"timeout": "soon"}}, id="duration"),
        pytest.param({"version": 1, "quality": {"lint": {"command": "x", "blocks": "no"}}}, id="boolean"),
        pytest.param({"version": 1, "ignore": {"a": "b"}}, id="patterns"),
    ],
)
def test_the_schema_refuses_what_the_parser_refuses(document: dict[str, Any]) -> None:
    assert not VALIDATOR.is_valid(document)


def test_every_key_is_documented() -> None:
    page = reference.markdown()
    undocumented = [
        f"{section.kind.__name__}.{name}"
        for section in sections()
        for name, key in keys_of(section.kind).items()
        if not key.doc.endswith(".") or f"| `{name}` |" not in page
    ]
    assert undocumented == []


def test_the_page_begins_with_a_configuration_that_works() -> None:
    config = parse(reference.EXAMPLE.encode(), "mlgitlab.yml").config
    assert reference.EXAMPLE in reference.markdown()
    assert list(config.models) == ["diabetes"]


def test_the_schema_is_shipped_as_json() -> None:
    assert json.loads(json_schema.text()) == json_schema.schema()
