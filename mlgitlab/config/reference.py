"""The configuration reference page, derived from the types of `mlgitlab.yml`."""

from __future__ import annotations

import json
from typing import assert_never

from mlgitlab.config.json_schema import summary
from mlgitlab.config.quantities import ByteSize, Elapsed
from mlgitlab.config.scalars import Duration, GitLabVersion, Globs, Percent, Share
from mlgitlab.config.shapes import (
    Choice,
    Key,
    ListOf,
    MapOf,
    Patterns,
    Plain,
    Section,
    Shape,
    Written,
    keys_of,
    sections,
)
from mlgitlab.config.show import as_data

_WRITTEN = {
    Duration: "duration",
    GitLabVersion: "version",
    ByteSize: "size in bytes",
    Elapsed: "time",
    Share: "share",
    Percent: "percentage",
}

EXAMPLE = """\
version: 1
models:
  diabetes:
    paths: src/diabetes/**
    datasets: patients
    smoke: python -m diabetes.train --rows 100
    train:
      command: python -m diabetes.train
      outputs: models/diabetes
    evaluate: python -m diabetes.evaluate
datasets:
  patients: data/patients.csv
"""

INTRODUCTION = f"""\
# Configuration

`mlgitlab.yml` lies in the root of the repository. This page is generated from the types that the parser uses;
`mlgitlab config schema` prints the same as a JSON Schema for editors, `mlgitlab config show` the values in effect and
the line that each comes from.

A small project needs little:

```yaml
{EXAMPLE}```

## How values are written

**Lists.** One value may stand for a list of one: `datasets: patients` is `datasets: [patients]`.

**Short forms.** Where a section has a short form, one key's value may stand for the whole: `train: python train.py`
is `train: {{command: python train.py}}`. The sections below say which key that is.

**Patterns** are those of `.gitignore`: `*` stays in one folder, `**` crosses folders, a pattern without a slash is
meant in every folder, `/` in front means the root. A pattern that begins with `!` excludes. A path matches when any
pattern includes it and none excludes it; the order means nothing. A list of excludes alone would match nothing and is
refused. Braces are not expanded. In YAML, a value that begins with `*` or `!` needs quotes.

**Inputs** are patterns, keys and variables. `params.yaml:fraud.train.*` means what lies below that key of the YAML,
JSON or TOML file; another key does not count (`*` is one key, `**` any depth, a key stands for all below it).
`$NAME` is a variable of the job that runs mlgitlab: its value is part of the [fingerprint](fingerprints.md).

**Durations** are a number and a unit, or several: `90m`, `1h 30m`, `2 days`. A number without a unit is refused.
Sizes likewise: `24GiB` (2^30 bytes), `24GB` (10^9), `512MiB`.

**Text** is taken as it is written: an unquoted `EPOCHS: 010` keeps its zero, and `version: 17.10` is not 17.1.

**Names** of models, datasets and the like become parts of job names: letters, digits, `_`, `.` and `-`, a letter or
digit first, at most 63. `data`, `quality` and `mlgitlab` cannot be models.

**Anchors, aliases and merge keys** (`&x`, `*x`, `<<: *x`) work; other YAML tags are refused. A key with nothing after
it is the same as no such key.

## Which value counts

The nearest one: what a step says comes before what its model says, and that before `defaults`. `variables` are merged
in this order, name by name; every other value replaces. `inputs` add up: a step is affected by its own, its model's
and those in `defaults`.
"""


def markdown() -> str:
    """The whole page: an introduction and one table for each section."""
    return "\n".join([INTRODUCTION, *(_section(section) for section in sections())])


def _section(section: Section) -> str:
    first, *_ = sections()
    title = "mlgitlab.yml" if section == first else section.kind.__name__
    short = f" Short form: the value of `{section.shorthand.name}`." if section.shorthand else ""
    rows = (_row(key) for key in keys_of(section.kind).values())
    table = ["| Key | Type | Default | Meaning |", "|---|---|---|---|", *rows]
    return "\n".join([f"## {title}", "", f"{summary(section.kind)}{short}", "", *table, ""])


def _row(key: Key) -> str:
    cells = (f"`{key.name}`", _type(key.shape), _default(key), key.doc)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _default(key: Key) -> str:
    if key.required:
        return "**required**"
    default = as_data(key.default)
    if default in (None, [], {}, "") or isinstance(default, dict):
        return ""
    shown = ", ".join(str(item) for item in default) if isinstance(default, list) else _scalar(default)
    return f"`{shown}`"


def _scalar(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _type(shape: Shape) -> str:  # noqa: C901, PLR0911 (one for each shape)
    match shape:
        case Plain.INTEGER:
            return "whole number"
        case Plain.BOOLEAN:
            return "true or false"
        case Plain.SCALAR:
            return "text, number, true or false"
        case Plain():
            return str(shape.value)
        case Choice(options):
            return ", ".join(f"`{as_data(option)}`" for option in options)
        case Written(kind):
            return _WRITTEN[kind]
        case Patterns(kind):
            return "patterns" if kind is Globs else "patterns, keys, variables"
        case ListOf(item):
            return f"list of {_type(item)}"
        case MapOf(item):
            return f"{_type(item)} by name"
        case Section(kind):
            return f"[{kind.__name__}](#{kind.__name__.lower()})"
        case _:
            assert_never(shape)
