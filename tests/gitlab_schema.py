"""GitLab's own JSON Schema for CI files, as check-jsonschema ships it, for every test that emits one."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import resources
from typing import Any

import yaml
from jsonschema import Draft7Validator

_INPUT = re.compile(r"\$\[\[ inputs\.(\w+) \]\]")
_SCHEMA = "builtin_schemas/vendor/gitlab-ci.json"


class _Loader(yaml.SafeLoader):
    """YAML with GitLab's `!reference`, which stands for the value it names."""


# An array is right wherever `!reference` is allowed: script lines, rules, stages.
_Loader.add_constructor("!reference", lambda loader, node: loader.construct_sequence(node))  # type: ignore[arg-type]


def documents(text: str) -> list[Any]:
    """The documents of a CI file: one, or a `spec` header and one."""
    return list(yaml.load_all(text, _Loader))


def problems(text: str) -> list[str]:
    """What GitLab's schema has against the file: one line each, none when it is valid.

    The schema knows nothing of needs to jobs that do not exist, or of undeclared stages.
    """
    found = [interpolated(document, _defaults(documents(text))) for document in documents(text)]
    if not found:
        return ["the file is empty"]
    return [
        f"{error.json_path}: {error.message[:200]}"
        for document in found
        for error in sorted(_validator().iter_errors(document), key=lambda error: error.json_path)
    ]


def interpolated(node: Any, inputs: dict[str, Any]) -> Any:
    """The node with each `$[[ inputs.NAME ]]` replaced: a whole value keeps its type, as in GitLab.

    https://docs.gitlab.com/ci/inputs/
    """
    if isinstance(node, dict):
        return {interpolated(key, inputs): interpolated(value, inputs) for key, value in node.items()}
    if isinstance(node, list):
        return [interpolated(item, inputs) for item in node]
    if not isinstance(node, str):
        return node
    if whole := _INPUT.fullmatch(node):
        return inputs[whole[1]]
    return _INPUT.sub(lambda found: str(inputs[found[1]]), node)


def _defaults(found: list[Any]) -> dict[str, Any]:
    declared = found[0].get("spec", {}).get("inputs", {}) if len(found) > 1 else {}
    return {name: declaration.get("default", name) for name, declaration in declared.items()}


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(json.loads((resources.files("check_jsonschema") / _SCHEMA).read_text("utf-8")))
