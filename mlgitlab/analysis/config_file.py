"""What a file of configuration names: classes by dotted names, scripts, and further files of configuration."""

from __future__ import annotations

import re

from mlgitlab.analysis import strings
from mlgitlab.analysis.references import Extent, Imports, Reference

_TARGET = re.compile(r"""["']?\b(?:_target_|class_path)\b["']?\s*[:=]\s*["']?([^\s"',}\]#]*)""")
_DOTTED = re.compile(r"(?<![\w./-])[^\W\d]\w*(?:\.[^\W\d]\w*)+(?![\w-])")
# What is put together from other values, such as `models.${name}.Net`.
_COMPOSED = re.compile(r"(?<![\w./$}-])(?:[\w.]|\$\{[^{}]*\})++(?![\w/:-])")
_VALUE = re.compile(r"\$\{[^{}]*\}")
# Escapes may hide a name, and a search path may lead elsewhere.
_HIDING = re.compile(r"\\[xuU\n]|\\\r\n|\bsearchpath\b")
_LONGEST = 4_000_000


def imports_of_config(content: bytes) -> Imports:
    """Every module that a YAML, JSON or TOML file may name; its text is searched, whatever its structure."""
    text = content.decode("utf-8", "replace")
    if len(text) > _LONGEST or _HIDING.search(text):
        return Imports(everything=True)
    targets = _TARGET.findall(text)
    composed = [name for name in _COMPOSED.findall(text) if "${" in name and _may_be_module(name)]
    starts = [name.partition("${")[0] for name in (*composed, *(target for target in targets if "${" in target))]
    references = {Reference(module=name) for name in _DOTTED.findall(text) if not strings.is_data_file(name)}
    references |= {Reference(module=name) for name in targets if re.fullmatch(r"\w+", name)}
    references |= {Reference(module=start.rpartition(".")[0], extent=Extent.TREE) for start in starts if "." in start}
    return Imports(
        references=tuple(sorted(references)),
        scripts=tuple(sorted(set(strings.script_names(text)))),
        configs=tuple(sorted(set(strings.config_names(text)))),
        everything=any("." not in start for start in starts),
    )


def _may_be_module(name: str) -> bool:
    plain = _VALUE.sub("x", name)
    return "." in plain and not strings.is_data_file(plain)
