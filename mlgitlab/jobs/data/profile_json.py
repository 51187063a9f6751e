"""Profiles as JSON: the same profile, the same bytes; read back strictly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from mlgitlab.errors import UsageError
from mlgitlab.jobs.data.profile import Categories, ColumnProfile, Histogram, Kind, Lengths, Profile
from mlgitlab.paths import show

FORMAT = 1


def to_json(profile: Profile) -> bytes:
    """The contract, version 1. ASCII: a name or a value can act on no terminal."""
    columns = ",\n".join(f"  {{\n{_lines(_column(each), 3)}\n  }}" for each in profile.columns)
    head = _lines({"format": FORMAT, "rows": profile.rows, "bins": profile.bins}, 1)
    return f'{{\n{head},\n "columns": [\n{columns}\n ]\n}}\n'.encode("ascii")


def _lines(fields: Mapping[str, object], indent: int) -> str:
    """A line for each field: long lists of numbers stay on theirs."""
    return ",\n".join(f"{' ' * indent}{json.dumps(key)}: {json.dumps(fields[key], allow_nan=False)}" for key in fields)


def looks_like_profile(content: bytes) -> bool:
    """Whether somebody meant this to be a profile: JSON, not YAML."""
    return content.lstrip()[:1] == b"{"


def from_json(content: bytes, name: str) -> Profile:
    """The profile; UsageError, which calls it `name`, for anything that `to_json` does not write."""
    try:
        data = json.loads(content)
        if not isinstance(data, dict) or data.get("format") != FORMAT:
            given = data.get("format") if isinstance(data, dict) else None
            raise UsageError(
                f"{show(name)} is no profile of format {FORMAT} ({given!r:.20})", "write it anew: mlgitlab data profile"
            )
        profile = _profile(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what = f"lacks {error}" if isinstance(error, KeyError) else str(error)
        raise UsageError(f"{show(name)} is no profile: {show(what)}", "write it anew: mlgitlab data profile") from None
    names = [column.name for column in profile.columns]
    if len(set(names)) < len(names):
        raise UsageError(f"{show(name)} is no profile: it has a column twice", "write it anew: mlgitlab data profile")
    return profile


def _column(column: ColumnProfile) -> dict[str, Any]:
    written: dict[str, Any] = {
        "name": column.name,
        "type": str(column.kind),
        "dtype": column.dtype,
        "rows": column.rows,
        "nulls": column.nulls,
    }
    if column.distinct is not None:
        written["distinct"] = {"count": column.distinct, "exact": column.distinct_exact}
    if not column.typed:
        written["typed"] = False
    if column.sensitive:
        written["sensitive"] = True
    if column.nan or column.infinite:
        written |= {"nan": column.nan, "infinite": column.infinite}
    if column.least is not None:
        written |= {"min": column.least, "max": column.greatest, "mean": column.mean, "std": column.std}
        written |= {"quantiles": [[share, value] for share, value in column.quantiles], "error": column.error}
    if column.histogram:
        histogram = column.histogram
        written["histogram"] = {"edges": [*histogram.edges], "counts": [*histogram.counts]}
        if histogram.below or histogram.above:
            written["histogram"] |= {"below": histogram.below, "above": histogram.above}
    if column.categories:
        categories = column.categories
        written["categories"] = [{"value": value, "rows": rows} for value, rows in categories.rows]
        written["others"] = {"values": categories.other_values, "rows": categories.others}
    if column.lengths:
        lengths = column.lengths
        written["lengths"] = {"min": lengths.least, "max": lengths.greatest, "mean": lengths.mean}
    return written


def _profile(data: Mapping[str, Any]) -> Profile:
    columns = tuple(_read(each) for each in data["columns"])
    return Profile(rows=_count(data["rows"]), bins=_count(data["bins"]) or 1, columns=columns)


def _read(data: Mapping[str, Any]) -> ColumnProfile:
    distinct = data.get("distinct")
    return ColumnProfile(
        name=_text(data["name"]),
        kind=Kind(data["type"]),
        dtype=_text(data["dtype"]),
        rows=_count(data["rows"]),
        nulls=_count(data["nulls"]),
        distinct=_count(distinct["count"]) if distinct else None,
        distinct_exact=bool(distinct["exact"]) if distinct else True,
        typed=data.get("typed", True) is True,
        sensitive=data.get("sensitive", False) is True,
        nan=_count(data.get("nan", 0)),
        infinite=_count(data.get("infinite", 0)),
        least=_optional(data.get("min")),
        greatest=_optional(data.get("max")),
        mean=_optional(data.get("mean")),
        std=_optional(data.get("std")),
        quantiles=tuple((_number(share), _number(value)) for share, value in data.get("quantiles", ())),
        error=_number(data.get("error", 0.0)),
        histogram=_histogram(data["histogram"]) if "histogram" in data else None,
        categories=_categories(data) if "categories" in data else None,
        lengths=_lengths(data["lengths"]) if "lengths" in data else None,
    )


def _histogram(data: Mapping[str, Any]) -> Histogram:
    edges = tuple(map(_number, data["edges"]))
    counts = tuple(map(_count, data["counts"]))
    if len(edges) != len(counts) + 1 or list(edges) != sorted(edges) or not counts:
        raise ValueError("a histogram has one more edge than counts, in order")
    return Histogram(edges=edges, counts=counts, below=_count(data.get("below", 0)), above=_count(data.get("above", 0)))


def _categories(data: Mapping[str, Any]) -> Categories:
    rows = tuple((_text(each["value"]), _count(each["rows"])) for each in data["categories"])
    others = data["others"]
    return Categories(rows=rows, other_values=_count(others["values"]), others=_count(others["rows"]))


def _lengths(data: Mapping[str, Any]) -> Lengths:
    return Lengths(least=_count(data["min"]), greatest=_count(data["max"]), mean=_number(data["mean"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(f"{value!r:.40} is no number of rows")
    return value


def _number(value: object) -> float:
    # Also the `NaN` and `Infinity` that Python's reader lets through: `x - x` is 0 for every other number.
    if not isinstance(value, int | float) or isinstance(value, bool) or value - value != 0:
        raise ValueError(f"{value!r:.40} is no finite number")
    return value


def _optional(value: object) -> float | None:
    return None if value is None else _number(value)
