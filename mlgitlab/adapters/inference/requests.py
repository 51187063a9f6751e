"""The requests that models are measured with."""

from __future__ import annotations

import json
from pathlib import Path

from mlgitlab import paths
from mlgitlab.errors import UsageError, WorldError

MOST = 10_000
_MOST_BYTES = 256 << 20
_BY_LINE = (".jsonl", ".ndjson")


def read(file: Path, *, whole: bool) -> tuple[bytes, ...]:
    """One JSON value on each line, empty lines left out. whole: a file of another kind is one request.

    UsageError for a line that is no JSON, for none at all, and for more than can be held.
    """
    shown = paths.show(str(file))
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise UsageError(f"{shown} has more than {_MOST_BYTES} bytes", "a few hundred requests are enough")
        content = file.read_bytes()
    except FileNotFoundError:
        raise UsageError(f"{shown} does not exist", "`gates.inference.requests` names it") from None
    except OSError as error:
        raise WorldError(f"cannot read {shown}: {error.strerror}") from None
    if whole and not file.name.lower().endswith(_BY_LINE):
        return (content,)
    lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
    if not lines or len(lines) > MOST:
        raise UsageError(f"{shown} has {len(lines)} requests", f"1 to {MOST}, one on a line")
    for number, line in lines:
        try:
            json.loads(line)
        except (ValueError, RecursionError):
            raise UsageError(f"{shown}:{number}: the request is no JSON", "one JSON value on each line") from None
    return tuple(line for _, line in lines)
