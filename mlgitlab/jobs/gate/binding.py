"""Which rules count: those of the commit, and beside them those that its target branch has and it would weaken."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace

from mlgitlab import paths
from mlgitlab.config.gates import Gates

# Fields by which a rule gets stricter when the number is lower, or higher, or the list shorter, or longer.
_LOWER = frozenset({
    "margin", "relative_margin", "at_most", "max_difference", "no_worse", "max_ratio", "max_bytes", "max_files",
    "max_parameters", "gpu_memory", "opset",
})  # fmt: skip
_HIGHER = frozenset({"gain", "at_least", "min_ratio", "level", "resamples"})
_MEANS = frozenset({"level", "resamples"})
_SHORTER = frozenset({"allow", "dtypes", "operators"})
_LONGER = frozenset({"slices", "groups"})
_SECTIONS = ("inference", "size", "format")
_SETTINGS = ("statistics", "held_out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """The rules to judge by: those of the commit, and those of its base that count besides; what it tried to weaken.

    seen: whether the rows that were trained on must be known, since the base says in which file they are.
    """

    rules: Gates | None
    then: tuple[Gates, ...] = ()
    weakened: tuple[str, ...] = ()
    seen: bool = False


def bind(rules: Gates | None, bases: Iterable[Gates | None]) -> Bound:
    """The commit's rules and, where they ask for less, those of the commits that it is compared with.

    All name the evaluation sets that they are judged by: an empty `held_out` would mean others on each side.
    What is not known to be at least as strict counts as weaker: then both are judged.
    """
    then: list[Gates] = []
    weakened: dict[str, None] = {}
    for base in bases:
        if base is None:
            continue
        kept = {key: rule for key, rule in by_key(base).items() if not advisory(rule)}
        ours = by_key(rules) if rules else {}
        settings = _loosened(rules, base)
        missing = {key: what for key, rule in kept.items() if (what := _lost(key, rule, ours.get(key), settings))}
        if missing:
            then.append(_only(base, missing))
            weakened.update(dict.fromkeys(missing.values()))
    return Bound(
        rules=rules,
        then=tuple(each for place, each in enumerate(then) if each not in then[:place]),
        weakened=tuple(weakened),
    )


def by_key(rules: Gates) -> Mapping[str, object]:
    """Each rule by its key below `gates`; `inference`, `size` and `format` are one rule each."""
    return {
        **{f"metrics.{name}": rule for name, rule in rules.metrics.items()},
        **{f"fairness.{name}": rule for name, rule in rules.fairness.items()},
        **{name: rule for name in _SECTIONS if (rule := getattr(rules, name)) is not None},
    }


def advisory(rule: object) -> bool:
    """Whether the rule is only reported."""
    return bool(getattr(rule, "advisory", False))


def _lost(key: str, then: object, now: object, settings: str) -> str:
    """What the commit does to a rule of its base; empty where it asks for as much as before."""
    if now is None:
        return f"{key} was taken out"
    if advisory(now):
        return f"{key} was made advisory"
    if not _as_strict(now, then):
        return f"{key} was changed: {_changes(now, then)}"
    return f"{key} is judged with {settings}" if settings and key.startswith(("metrics.", "fairness.")) else ""


def _changes(now: object, then: object) -> str:
    """What differs, field by field: `margin 0.01 -> 0.05`."""
    written = hasattr(then, "parse")  # a size, a time, a share: one value to people
    if written or not is_dataclass(then) or type(now) is not type(then):
        return f"{_shown(then)} -> {_shown(now)}"
    pairs = ((each.name, getattr(now, each.name), getattr(then, each.name)) for each in fields(then))
    return ", ".join(f"{name} {_changes(new, old)}" for name, new, old in pairs if new != old)


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_shown, value))}]"
    return "none" if value is None else paths.printable(str(value))


def _loosened(rules: Gates | None, base: Gates) -> str:
    """The settings of rules on rows that are not as strict as they were."""
    if rules is None:
        return ""
    found = [name for name in _SETTINGS if not _setting_kept(name, getattr(rules, name), getattr(base, name))]
    return f"other {' and '.join(found)}" if found else ""


def _setting_kept(name: str, now: object, then: object) -> bool:
    if name == "statistics":
        return _as_strict(now, then)
    assert isinstance(now, tuple)
    assert isinstance(then, tuple)
    return {*then} <= {*now}  # more sets to pass on ask for more


def _as_strict(now: object, then: object) -> bool:
    """Whether every part of a rule is equal, or known to ask for more."""
    if now == then or (is_dataclass(then) and type(now) is not type(then)):
        return now == then
    if not is_dataclass(then):
        return False
    return all(_part_kept(each.name, getattr(now, each.name), getattr(then, each.name)) for each in fields(then))


def _part_kept(name: str, now: object, then: object) -> bool:  # noqa: PLR0911 (one for each way to compare)
    if now == then:
        return True
    if name == "advisory":
        return not now
    if then is None:  # a condition more; but what is no condition may only take the place of a stricter default
        return (name in _LOWER | _HIGHER and name not in _MEANS) or is_dataclass(now)
    if now is None:
        return False
    if is_dataclass(then) and name not in _LOWER | _HIGHER:
        return _as_strict(now, then)
    if name in _SHORTER and isinstance(now, tuple) and isinstance(then, tuple):
        return bool(now) and (not then or {*now} <= {*then})
    if name in _LONGER and isinstance(now, tuple) and isinstance(then, tuple):
        return {*then} <= {*now}
    if name in _LOWER:
        return now < then  # type: ignore[no-any-return, operator]  # numbers, sizes, times: each knows its order
    return name in _HIGHER and now > then  # type: ignore[operator]


def _only(base: Gates, keys: Iterable[str]) -> Gates:
    """The rules of these keys."""
    names = {*keys}
    return replace(
        base,
        metrics={name: rule for name, rule in base.metrics.items() if f"metrics.{name}" in names},
        fairness={name: rule for name, rule in base.fairness.items() if f"fairness.{name}" in names},
        **{name: None for name in _SECTIONS if name not in names},  # type: ignore[arg-type]
    )
