"""`mlgitlab.yml` as a `Config`, and where in the file each key stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mlgitlab.config.build import build_section
from mlgitlab.config.check import check
from mlgitlab.config.faults import Report
from mlgitlab.config.nodes import Table, compose
from mlgitlab.config.plain import described, is_null
from mlgitlab.config.schema import Config
from mlgitlab.config.shapes import Section
from mlgitlab.errors import ConfigError
from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A configuration; `origins` maps the dotted keys that the file holds to places such as `mlgitlab.yml:14`."""

    config: Config
    origins: Mapping[str, str]


def parse(text: bytes, file: str) -> Parsed:
    """Read a configuration; `file` is its name in messages.

    Raises ConfigError with every problem, in the file's order. What could not be read takes no
    part in the checks across sections.
    """
    report = Report(file)
    root = compose(text, file)
    if root is None or is_null(root):
        report.fault("", "the file is empty", "begin it with `version: 1`", line=1)
    elif not isinstance(root, Table):
        hint = "the file begins with `version: 1`"
        report.fault("", f"expected a mapping, found {described(root)}", hint, line=root.line)
    else:
        values: dict[str, Any] = build_section(Section(Config), root, "", report)
        config = Config(**{"version": 1, **values})
        for finding in check(config):
            report.add(finding)
        if not report.problems():
            return Parsed(config=config, origins=report.origins())
    raise ConfigError(report.problems())
