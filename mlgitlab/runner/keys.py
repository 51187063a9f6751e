"""The keys of gitlab-runner's config.toml and their types, and what is wrong with a file that has others.

`config_keys.json` beside this file was read out of gitlab-runner's source: common/config.go and the structs that it
embeds; the file names the version and the commit. gitlab-runner itself ignores a key that it does not know, so a
misspelt `gpus` is a runner without GPUs.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from mlgitlab.config.wording import key_shown, quoted, suggestion
from mlgitlab.errors import Problem

# Named types of Go whose definitions the list does not hold.
_NAMED = {
    "Labels": "map[string]string",
    "DockerPullPolicy": "string",
    "Capability": "string",
    "ProcMountType": "string",
    "UsageLogger": "map[string]any",
}
_DURATION = re.compile(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+)")
_WHOLE = re.compile(r"u?int\d*")
_FLOAT = re.compile(r"float\d+")
_LIST, _MAP = "[]", "map[string]"


def version() -> str:
    """The gitlab-runner whose keys these are."""
    return str(_table()["version"])


def problems(data: Mapping[str, Any], where: str) -> tuple[Problem, ...]:
    """What gitlab-runner would not understand of a parsed config.toml, in its order."""
    return tuple(_section(data, "", "", where))


def _section(data: Mapping[str, Any], section: str, shown: str, where: str) -> Iterator[Problem]:
    known: Mapping[str, str] = _table()["sections"][section]
    for key, value in data.items():
        place = f"{shown}.{key_shown(key)}" if shown else key_shown(key)
        if key in known:
            yield from _value(value, known[key], f"{section}.{key}" if section else key, place, where)
        else:
            yield Problem(
                where=f"{where}: {place}",
                what="gitlab-runner knows no such key",
                hint=suggestion(key, known, "it knows here"),
            )


def _value(value: object, kind: str, section: str, shown: str, where: str) -> Iterator[Problem]:
    sections = _table()["sections"]
    if f"{section}[]" in sections:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            yield _wrong(value, f"an array of tables, [[{shown}]]", shown, where)
            return
        for position, item in enumerate(value):
            yield from _section(item, f"{section}[]", f"{shown}[{position}]", where)
    elif section in sections:
        if not isinstance(value, dict):
            yield _wrong(value, f"a table, [{shown}]", shown, where)
            return
        yield from _section(value, section, shown, where)
    elif not _fits(value, _resolved(kind)):
        yield _wrong(value, _spoken(_resolved(kind)), shown, where)


def _fits(value: object, kind: str) -> bool:
    if kind == "any":
        return True
    if kind.startswith(_LIST):
        return isinstance(value, list) and all(_fits(item, _resolved(kind.removeprefix(_LIST))) for item in value)
    if kind.startswith(_MAP):
        inner = _resolved(kind.removeprefix(_MAP))
        return isinstance(value, dict) and all(_fits(item, inner) for item in value.values())
    if kind == "StringOrArray":
        return _fits(value, "string") or _fits(value, "[]string")
    return _is_scalar(value, kind)


def _is_scalar(value: object, kind: str) -> bool:
    if isinstance(value, bool) or kind == "bool":
        return isinstance(value, bool) and kind == "bool"
    if kind == "time.Duration" and isinstance(value, str):
        return _DURATION.fullmatch(value) is not None
    if kind == "time.Duration" or _WHOLE.fullmatch(kind):
        return isinstance(value, int)
    if _FLOAT.fullmatch(kind):
        return isinstance(value, int | float)
    return isinstance(value, dt.datetime if kind == "time.Time" else str)


def _resolved(kind: str) -> str:
    """A type without pointer, package and name; a list's or map's own name stands for what it is."""
    kind = kind.replace("*", "")
    if kind.startswith((_LIST, _MAP)) or kind in ("time.Duration", "time.Time"):
        return kind
    bare = kind.rpartition(".")[2]
    if bare == "StringOrArray":
        return bare
    aliases = {name.rpartition(".")[2]: meant for name, meant in _table()["aliases"].items()}
    meant = _NAMED.get(bare) or aliases.get(bare)
    return _resolved(meant) if meant and meant != bare else bare


def _spoken(kind: str) -> str:
    if kind.startswith(_LIST):
        return f"a list, each {_spoken(_resolved(kind.removeprefix(_LIST)))}"
    if kind.startswith(_MAP):
        return f"a table, each value {_spoken(_resolved(kind.removeprefix(_MAP)))}"
    if _WHOLE.fullmatch(kind):
        return "a whole number"
    return {
        "bool": "true or false",
        "time.Duration": 'a duration such as "20m0s"',
        "time.Time": "a date and time",
        "StringOrArray": "a text, or a list of texts",
    }.get(kind, "a number" if _FLOAT.fullmatch(kind) else "a text")


def _wrong(value: object, wanted: str, shown: str, where: str) -> Problem:
    secret = shown.rpartition(".")[2].lower() in ("token", "password", "secretkey", "accountkey", "privatekey")
    what = "this is" if secret else f"{quoted(str(value))} is"
    return Problem(where=f"{where}: {shown}", what=f"{what} not {wanted}")


@cache
def _table() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(files(__package__).joinpath("config_keys.json").read_text("utf-8"))
    return found
