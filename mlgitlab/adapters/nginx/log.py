"""What the access log says of each model: read from where it was left, at most so much of it kept."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from mlgitlab.errors import WorldError
from mlgitlab.jobs.deploy.target import Seen
from mlgitlab.paths import show

_MOST_KEPT = 200_000  # rows of all models
_CLIENT_GONE = 499  # nginx's own: the user did not wait for the answer
_BLOCK = 4096


@dataclass(frozen=True, slots=True)
class _Row:
    lot: int
    id: str
    digest: str
    seconds: float
    prediction: str
    values: Mapping[str, float]


@dataclass(kw_only=True)
class Tally:
    """What was seen since a moment, up to a place in the log; of the rows at most `most`."""

    since: float
    most: int
    counts: dict[str, list[int]] = field(default_factory=dict)  # by digest: requests, errors
    rows: list[_Row] = field(default_factory=list)
    stride: int = 1

    def add(self, line: bytes, until: float) -> bool:
        """Take a line in; False where it is from `until` or later, and everything after it, too."""
        found = _parsed(line)
        if found is None or found["at"] < self.since:
            return True
        if found["at"] >= until:
            return False
        upstream = str(found.get("upstream", "")).split(", ")[0]
        # Without an address it never reached a model: refused by nginx, or one copy too many for the shadow.
        if ":" not in upstream:
            return True
        self._count(found)
        return True

    def _count(self, found: Mapping[str, Any]) -> None:
        digest = str(found.get("digest", ""))
        statuses = str(found.get("upstream_status", "")).split(", ")
        version = str(found.get("version", ""))
        # After a second attempt the headers are those of the model that helped out.
        wrong = len(statuses) == 1 and bool(version) and version != digest
        fails = not statuses[0].isdigit() or int(statuses[0]) >= _CLIENT_GONE or wrong
        counted = self.counts.setdefault(digest, [0, 0])
        counted[0] += 1
        counted[1] += fails
        request = str(found.get("id", ""))
        lot = zlib.crc32(request.encode())
        if fails or lot % self.stride:
            return
        self.rows.append(
            _Row(
                lot=lot,
                id=request,
                digest=digest,
                seconds=_number(str(found.get("upstream_seconds", "")).split(", ")[0]) or 0.0,
                prediction=str(found.get("prediction", "")),
                values=dict(_values(found)),
            )
        )
        if len(self.rows) > self.most:
            self.stride *= 2
            self.rows = [row for row in self.rows if row.lot % self.stride == 0]

    def seen(self) -> Mapping[str, Seen]:
        """The same by model."""
        return {digest: self._of(digest, *counted) for digest, counted in sorted(self.counts.items())}

    def _of(self, digest: str, requests: int, errors: int) -> Seen:
        rows = [row for row in self.rows if row.digest == digest]
        names = sorted({name for row in rows for name in row.values})
        return Seen(
            requests=requests,
            errors=errors,
            seconds=[row.seconds for row in rows],
            predictions={row.id: row.prediction for row in rows if row.prediction},
            values={name: [row.values[name] for row in rows if name in row.values] for name in names},
        )


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:  # half a line, as a crash of the machine leaves it
        return None
    return found if isinstance(found, dict) and isinstance(found.get("at"), int | float) else None


def _values(found: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    for key, text in found.items():
        number = _number(str(text)) if key.startswith("value ") else None
        if number is not None:
            yield key.removeprefix("value "), number


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if abs(found) < float("inf") else None


@dataclass(kw_only=True)
class AccessLog:
    """A log whose lines are in the order of their time; `.1` is what came before the present file.

    Of more rows than `most`, every second one goes.
    """

    path: Path
    most: int = _MOST_KEPT
    _last: tuple[Tally, Path, int, int] | None = None  # and the file, its inode and the place in it

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """What is in it from one moment to another. Asked again from the same moment, only what is new is read."""
        try:
            return self._observe(since, until)
        except OSError as error:
            raise WorldError(f"cannot read {show(str(self.path))!r}: {error.strerror}") from None

    def _observe(self, since: float, until: float) -> Mapping[str, Seen]:
        if self._last and self._last[0].since == since and self._last[1:3] == (self.path, _inode(self.path)):
            tally, _, _, place = self._last
            return self._read(tally, self.path, until, place)
        tally = Tally(since=since, most=self.most)
        old = self.path.with_name(f"{self.path.name}.1")
        for path in (old, self.path):
            if path.exists() and path.stat().st_mtime >= since:
                self._read(tally, path, until, None)
        return tally.seen()

    def _read(self, tally: Tally, path: Path, until: float, place: int | None) -> Mapping[str, Seen]:
        with path.open("rb") as file:
            file.seek(_start(file, tally.since) if place is None else place)
            at = file.tell()
            for line in file:
                if not line.endswith(b"\n") or not tally.add(line, until):
                    break
                at += len(line)
        self._last = (tally, path, _inode(path), at)
        return tally.seen()


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except OSError:
        return 0


def _start(file: BinaryIO, since: float) -> int:
    """The beginning of a line before which all are from earlier than `since`, found by halving."""
    low, high = 0, file.seek(0, 2)
    while high - low > _BLOCK:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()
        found = _parsed(file.readline())
        # A second of grace: workers write next to each other.
        if found is not None and found["at"] < since - 1:
            low = middle
        else:
            high = middle
    file.seek(low)
    if low:
        file.readline()
    return file.tell()
