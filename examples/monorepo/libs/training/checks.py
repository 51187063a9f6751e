"""Check a table against its schema: `python -m training.checks TABLE SCHEMA` fails with every violation."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from training.tables import Table, read


def main() -> None:
    """Print what is wrong and exit with 1, or print how much was checked."""
    table_path, schema_path = map(Path, sys.argv[1:3])
    table = read(table_path)
    schema = yaml.safe_load(schema_path.read_text("utf-8"))
    found = list(violations(table, schema))
    if found:
        sys.exit("\n".join(f"{table_path}: {line}" for line in found))
    print(f"{table_path}: {len(table)} columns, {sum(map(len, table.values()))} values, all as {schema_path} says")


def violations(table: Table, schema: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """One sentence for each broken rule. An empty table breaks one: no value in it was checked."""
    if not table:
        yield "the table has no rows"
        return
    for name in sorted(table.keys() ^ schema.keys()):
        yield f"column {name} is {'not in the schema' if name in table else 'missing'}"
    for name in sorted(table.keys() & schema.keys()):
        yield from (f"column {name}: {problem}" for problem in _column(table[name], schema[name]))


def _column(values: np.ndarray, rule: Mapping[str, Any]) -> Iterator[str]:
    if rule["type"] == "string":
        if unknown := sorted(set(map(str, values)) - set(rule["values"])):
            yield f"unknown values {', '.join(unknown[:5])}"
        return
    if values.dtype.kind != "f":
        yield "not every value is a number"
        return
    # Written so that NaN, which compares as false with everything, counts as outside.
    outside = ~((values >= rule.get("minimum", -np.inf)) & (values <= rule.get("maximum", np.inf)))
    if outside.any():
        yield f"{outside.sum()} values out of range, the first in row {int(outside.argmax()) + 1}"
    if rule["type"] == "integer" and not outside.any() and (values % 1 != 0).any():
        yield "not every value is whole"


if __name__ == "__main__":
    main()
