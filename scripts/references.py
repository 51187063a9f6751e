"""The generated sections of the documentation: tables that say what the code says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from mlgitlab.cli.main import cli
from mlgitlab.errors import ExitCode
from mlgitlab.planning.baseline import RULES
from mlgitlab.planning.profiles import BUILT_IN
from scripts.documents import ROOT

PLAN_SCHEMA = ROOT / "mlgitlab" / "planning" / "plan.schema.json"
PROMOTION_SCHEMA = PLAN_SCHEMA.with_name("promotion.schema.json")
_SHARING = ("generate", "preview", "explain", "lint")
_EXIT_CODES: Mapping[ExitCode, str] = {
    ExitCode.YES: "it worked; a check said yes",
    ExitCode.BUG: "a bug in mlgitlab: please report it",
    ExitCode.USAGE: "the command line, the environment or `mlgitlab.yml` is wrong",
    ExitCode.NO: (
        "a check or a policy said no: errors (`lint`), misses (`shadow`), `unmatched: error`, `on_unknown: error`, "
        "a missing runner, a budget"
    ),
    ExitCode.WORLD: "git, GitLab, the disk or the network failed; worth a retry",
    ExitCode.WORK: "only with `preview --detailed-exitcode`: something would run",
}


def baseline_rules() -> str:
    """The table of docs/baseline.md."""
    return _table(("Rule", "What the head is compared with"), ((f"`{rule}`", text) for rule, text in RULES.items()))


def exit_codes() -> str:
    """The table of the README."""
    return _table(("Code", "Meaning"), ((str(int(code)), _EXIT_CODES[code]) for code in ExitCode))


def profiles() -> str:
    """The table of docs/concepts.md."""
    rows = (
        (
            f"`{name}`",
            ", ".join(profile.steps),
            "whatever changed" if profile.select == "all" else "what the change reaches",
            ", ".join(f"`{label}`" for label in profile.labels),
        )
        for name, profile in BUILT_IN.items()
    )
    return _table(("Profile", "Steps", "Selects", "Label"), rows)


def commands() -> str:
    """The sections of docs/cli.md."""
    context = click.Context(cli, info_name="mlgitlab")
    found = {name: cli.get_command(context, name) for name in cli.list_commands(context)}
    of_each = [dict(_options(found[name])) for name in _SHARING]
    shared = {name: text for name, text in of_each[0].items() if all(text == each.get(name) for each in of_each)}
    parts = [f"## Options of {', '.join(_SHARING[:-1])} and {_SHARING[-1]}", "", _option_table(shared)]
    for name, command in found.items():
        parts += _command(f"mlgitlab {name}", command, shared if name in _SHARING else {})
    return "\n".join(parts)


def _command(path: str, command: click.Command | None, shared: Mapping[str, str]) -> Iterator[str]:
    assert command is not None
    arguments = " ".join(each.make_metavar(click.Context(command)) for each in _arguments(command))
    yield from (f"## {path}", "", f"`{' '.join(filter(None, (path, '[OPTIONS]', arguments)))}`", "")
    yield "\n\n".join(" ".join(part.split()) for part in (command.help or "").split("\n\n")) + "\n"
    if own := {name: text for name, text in _options(command) if name not in shared}:
        yield _option_table(own)
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            sub = command.get_command(context, name)
            yield from (line.replace("## ", "### ", 1) for line in _command(f"{path} {name}", sub, shared))


def _arguments(command: click.Command) -> list[click.Argument]:
    return [each for each in command.params if isinstance(each, click.Argument)]


def _options(command: click.Command | None) -> Iterator[tuple[str, str]]:
    assert command is not None
    context = click.Context(command)
    for option in command.params:
        if isinstance(option, click.Option) and (record := option.get_help_record(context)):
            yield record


def _option_table(options: Mapping[str, str]) -> str:
    return _table(("Option", "Meaning"), ((f"`{name}`", text) for name, text in options.items()))


def plan_keys() -> str:
    """The table of docs/plan.md, from the JSON Schema."""
    return _schema_table(PLAN_SCHEMA)


def promotion_keys() -> str:
    """The table of docs/promotion.md, from the JSON Schema."""
    return _schema_table(PROMOTION_SCHEMA)


def _schema_table(file: Path) -> str:
    schema = json.loads(file.read_text("utf-8"))
    rows = ((f"`{path}`", _kind(node), node["description"]) for path, node in keys(schema, schema["$defs"]))
    return _table(("Key", "Type", "Meaning"), rows)


def keys(node: Mapping[str, Any], definitions: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every key below a schema's node, `steps[].id` by name, with its own schema."""
    for name, reference in node.get("properties", {}).items():
        found = definitions[reference["$ref"].rpartition("/")[2]] | reference if "$ref" in reference else reference
        here = f"{path}.{name}" if path else name
        yield here, found
        yield from keys(found, definitions, here)
        items = found.get("items", {})
        items = definitions[items["$ref"].rpartition("/")[2]] if "$ref" in items else items
        yield from keys(items, definitions, f"{here}[]")
        if isinstance(rest := found.get("additionalProperties"), Mapping):
            yield f"{here}.NAME", rest


def _kind(node: Mapping[str, Any]) -> str:
    if "const" in node:
        return f"`{json.dumps(node['const'])}`"
    if "enum" in node:
        return ", ".join(f"`{value}`" if value else "empty" for value in node["enum"])
    names = node["type"] if isinstance(node["type"], list) else [node["type"]]
    return " or ".join(names)


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n" for cells in lines)


def component_inputs() -> str:
    """The table of docs/gitlab-setup.md, from the component's own header."""
    header = next(yaml.safe_load_all((ROOT / "templates" / "pipeline.yml").read_text("utf-8")))
    rows = (
        (f"`{name}`", f"`{entry['default']}`" if entry["default"] else "empty", entry["description"])
        for name, entry in header["spec"]["inputs"].items()
    )
    return _table(("Input", "Default", "Meaning"), rows)


SECTIONS: Mapping[str, Callable[[], str]] = {
    "baseline-rules": baseline_rules,
    "commands": commands,
    "component-inputs": component_inputs,
    "exit-codes": exit_codes,
    "plan-keys": plan_keys,
    "promotion-keys": promotion_keys,
    "profiles": profiles,
}
