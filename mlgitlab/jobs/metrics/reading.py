"""Numbers of a file by its format, or of a folder that MLflow wrote."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from mlgitlab.errors import UsageError
from mlgitlab.jobs.metrics.exposition import gather_exposition
from mlgitlab.jobs.metrics.nested import flat, gather, gather_rows
from mlgitlab.jobs.metrics.numbers import Collector, Numbers
from mlgitlab.jobs.metrics.runs import Folder, gather_run
from mlgitlab.jobs.metrics.tables import gather_csv
from mlgitlab.jobs.metrics.trees import Pairs, decoded, json_tree, yaml_tree
from mlgitlab.paths import show

# A log of half a million steps. All of it is in memory at once, some twenty times as large.
MOST_BYTES: Final = 32 * 2**20


def read_file(name: str, content: bytes, given: str | None = None) -> Numbers:
    """The numbers of a file. `given` is one of FORMATS; without it: what the name's end says.

    Raises UsageError for a file that cannot be read as what it says to be, and for one without any number.
    """
    source = show(name)
    check_size(name, len(content))
    into = Collector(source)
    _READERS[given or format_of(name)](content, source, into)
    return _some(into.numbers(), source)


def check_size(name: str, size: int) -> None:
    """UsageError for a file of so many bytes that it cannot be one of metrics."""
    if size > MOST_BYTES:
        hint = "write fewer steps, or the last numbers"
        raise UsageError(f"{show(name)} is larger than {MOST_BYTES // 2**20} MiB", hint)


def read_folder(name: str, folder: Folder) -> Numbers:
    """The numbers of an MLflow run's folder; UsageError where there are none."""
    into = Collector(show(name))
    gather_run(folder, show(name), into)
    return _some(into.numbers(), show(name))


def format_of(name: str) -> str:
    """The format that the end of a file's name means; UsageError where it means none."""
    ending = name.rpartition("/")[2].rpartition(".")[2].lower()
    if ending not in _ENDINGS:
        raise UsageError(
            f"the name of {show(name)} does not say what is in it",
            f"end it in {', '.join(f'.{each}' for each in sorted(_ENDINGS))}, or pass --format",
        )
    return _ENDINGS[ending]


def _some(numbers: Numbers, source: str) -> Numbers:
    if not numbers.metrics and not numbers.series:
        why = "; ".join(f"{show(each.name) or 'the file'} is {each.why}" for each in numbers.ignored[:3])
        raise UsageError(f"{source} holds no numbers", why)
    return numbers


def _gather_json(content: bytes, source: str, into: Collector) -> None:
    gather(json_tree(content, source), "", into)


def _gather_yaml(content: bytes, source: str, into: Collector) -> None:
    gather(yaml_tree(content, source), "", into)


def _gather_json_lines(content: bytes, source: str, into: Collector) -> None:
    rows = []
    for index, line in enumerate(decoded(content, source).split("\n"), 1):
        if line.strip():
            tree = json_tree(line.encode(), f"{source}:{index}")
            if not isinstance(tree, Pairs):
                raise UsageError(f"{source}:{index}: each line must hold a JSON object")
            rows.append(flat(tree))
    gather_rows(rows, "", into)


_READERS: Final[dict[str, Callable[[bytes, str, Collector], None]]] = {
    "json": _gather_json,
    "jsonl": _gather_json_lines,
    "yaml": _gather_yaml,
    "csv": gather_csv,
    "openmetrics": gather_exposition,
}
FORMATS: Final = tuple(_READERS)
_ENDINGS: Final = {
    "json": "json",
    "jsonl": "jsonl",
    "ndjson": "jsonl",
    "yml": "yaml",
    "yaml": "yaml",
    "csv": "csv",
    "tsv": "csv",
    "txt": "openmetrics",
    "prom": "openmetrics",
    "openmetrics": "openmetrics",
}
