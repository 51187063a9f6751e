"""A schema's column as limits that can be compared: bounds, allowed values, and checks that are only equal or not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlgitlab.jobs.data.validation_yaml import WrittenCheck, WrittenColumn

# pandera's short names.
_ALIASES = {
    "eq": "equal_to",
    "ne": "not_equal_to",
    "gt": "greater_than",
    "ge": "greater_than_or_equal_to",
    "lt": "less_than",
    "le": "less_than_or_equal_to",
    "between": "in_range",
}
# What changes the message of a check, and not its answer.
_WORDING = frozenset({"error", "name", "n_failure_cases", "raise_warning"})
_OPEN = {"greater_than": True, "greater_than_or_equal_to": False, "less_than": True, "less_than_or_equal_to": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One end of a range: `value` is a number, or a date as ISO text; `open`: the value itself is outside."""

    value: float | str
    open: bool = False

    def comparable(self, other: object) -> bool:
        """Whether the two are in one order: both numbers, or both texts of one length that start with a year."""
        if isinstance(self.value, str):
            return isinstance(other, str) and len(other) == len(self.value) and other[:4].isdigit()
        return isinstance(other, int | float) and not isinstance(other, bool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a column's values must be. `allowed` and `forbidden` hold values as JSON; `others` checks, as JSON."""

    least: tuple[Bound, ...] = ()
    greatest: tuple[Bound, ...] = ()
    allowed: frozenset[str] | None = None
    forbidden: frozenset[str] = frozenset()
    lengths: tuple[int | None, int | None] | None = None
    others: Mapping[str, str] = field(default_factory=dict)


def rules_of(column: WrittenColumn) -> Rules:
    """The limits that the column's checks set; one that only warns sets none."""
    return _together(check for check in column.checks if not check.options.get("raise_warning"))


def described(check: WrittenCheck) -> str:
    """A check on one line: its name and its arguments as JSON, ASCII."""
    arguments = check.arguments.get("", dict(check.arguments)) if len(check.arguments) < 2 else dict(check.arguments)
    options = {key: value for key, value in check.options.items() if key not in _WORDING}
    shown = as_json(arguments) if check.arguments else ""
    return f"{_name(check)} {shown}{' ' + as_json(options) if options else ''}".strip()


def as_json(value: object) -> str:
    """A value of YAML as sorted JSON, so that equal values are equal texts; 1 and 1.0 are."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return json.dumps(value, sort_keys=True, default=str)


def _name(check: WrittenCheck) -> str:
    return _ALIASES.get(check.name, check.name)


def _together(checks: Iterable[WrittenCheck]) -> Rules:
    least: list[Bound] = []
    greatest: list[Bound] = []
    allowed: frozenset[str] | None = None
    forbidden: frozenset[str] = frozenset()
    lengths: tuple[int | None, int | None] | None = None
    others: dict[str, str] = {}
    for check in checks:
        name, value = _name(check), _only(check)
        plain = not {key for key in check.options if key not in _WORDING}
        match name:
            case "greater_than" | "greater_than_or_equal_to" if plain and _orders(value):
                least.append(Bound(value=value, open=_OPEN[name]))  # type: ignore[arg-type]
            case "less_than" | "less_than_or_equal_to" if plain and _orders(value):
                greatest.append(Bound(value=value, open=_OPEN[name]))  # type: ignore[arg-type]
            case "in_range" if plain and all(_orders(check.arguments.get(key)) for key in ("min_value", "max_value")):
                least.append(_end(check, "min"))
                greatest.append(_end(check, "max"))
            case "isin" | "equal_to" if plain:
                values = frozenset(map(as_json, value if isinstance(value, list | tuple) else [value]))
                allowed = values if allowed is None else allowed & values
            case "notin" | "not_equal_to" if plain:
                forbidden |= frozenset(map(as_json, value if isinstance(value, list | tuple) else [value]))
            case "str_length" if plain and lengths is None:
                ends = [check.arguments.get(key) for key in ("min_value", "max_value")]
                lengths = tuple(end if isinstance(end, int) else None for end in ends)  # type: ignore[assignment]
                others[described(check)] = name
            case _:
                others[described(check)] = name
    return Rules(
        least=tuple(least),
        greatest=tuple(greatest),
        allowed=allowed,
        forbidden=forbidden,
        lengths=lengths,
        others=others,
    )


def _only(check: WrittenCheck) -> object:
    """The argument of a check that has one, by whatever name."""
    return next(iter(check.arguments.values())) if len(check.arguments) == 1 else None


def _orders(value: object) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool)


def _end(check: WrittenCheck, end: str) -> Bound:
    value = check.arguments[f"{end}_value"]
    assert isinstance(value, int | float | str)
    return Bound(value=value, open=check.arguments.get(f"include_{end}", True) is False)
