"""GitLab's own JSON schema for CI files, offline: the copy that check-jsonschema ships."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import yaml

from mlgitlab.errors import UsageError

if TYPE_CHECKING:
    from jsonschema.protocols import Validator

_WIDEST = 200


def problems(content: bytes) -> tuple[str, ...]:
    """What the schema says against a pipeline's YAML, each with its place, sorted.

    Raises UsageError when the extra `lint` is not installed.
    """
    document = yaml.safe_load(content)
    found = {f"{error.json_path}: {error.message[:_WIDEST]}" for error in _validator().iter_errors(document)}
    return tuple(sorted(found))


@cache
def _validator() -> Validator:
    try:
        from jsonschema.validators import validator_for  # noqa: PLC0415 (an extra, and slow to import)

        folder = resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    except ImportError:
        raise UsageError("GitLab's schema is not installed", "pip install 'mlgitlab[lint]'") from None
    schema = json.loads((folder / "gitlab-ci.json").read_text(encoding="utf-8"))
    found: Validator = validator_for(schema)(schema)
    return found
