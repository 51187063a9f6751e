"""The rules on the formats of a model's files, and on what they would make a loader do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from mlgitlab import paths
from mlgitlab.config.gates_artifact import FormatRules, OnnxRules, PickleRules
from mlgitlab.config.scalars import Globs
from mlgitlab.jobs.formats.described import Described
from mlgitlab.jobs.formats.onnx import STANDARD, Onnx, Operator
from mlgitlab.jobs.gate.artifact import operators
from mlgitlab.jobs.gate.artifact.contents import Contents, listed
from mlgitlab.jobs.gate.artifact.imports import refused
from mlgitlab.jobs.gate.ruling import Family, Outcome, Ruling
from mlgitlab.planning.globs import compile_pattern

_MOST_SHOWN = 8
NO_PROOF = "This is no proof of safety: what is allowed may still be used to do harm. Load only what you trust."
_RUNTIME = re.compile(r"onnxruntime ([0-9]{1,4})\.([0-9]{1,4})(?:\.[0-9]{1,4})?")


def rulings(rule: FormatRules, candidate: Contents) -> Iterator[Ruling]:
    """What each rule says of the candidate."""
    yield _whole(candidate)
    if rule.allow:
        yield _allowed(rule, candidate)
    pickled = {name: described for name, described in candidate.files.items() if described.pickles or described.names}
    if pickled:
        yield _pickles(rule.pickle, pickled)
    if rule.onnx:
        yield from _onnx(rule.onnx, candidate)


def _ruling(key: str, faults: list[str], well: str, limit: str, notes: tuple[str, ...] = ()) -> Ruling:
    """A fail that names the faults, or a pass."""
    shown = "; ".join(faults[:_MOST_SHOWN])
    rest = f"; and {len(faults) - _MOST_SHOWN} more" if len(faults) > _MOST_SHOWN else ""
    return Ruling(
        rule=f"format.{key}",
        family=Family.FORMAT,
        outcome=Outcome.FAIL if faults else Outcome.PASS,
        why=f"{shown}{rest}" if faults else well,
        limit=limit,
        candidate=len(faults),
        notes=notes,
    )


def _file(name: str) -> str:
    return paths.show(name[:200])


def _whole(candidate: Contents) -> Ruling:
    faults = [
        f"{_file(name)}: {paths.printable(described.fault)}"
        for name, described in candidate.files.items()
        if described.fault
    ]
    if not candidate.files:
        faults = ["the model has no files"]
    well = f"{len(candidate.files)} files are what their names and headers say, as far as their formats tell"
    return _ruling("whole", faults, well, "every file is what its name and header say")


def _allowed(rule: FormatRules, candidate: Contents) -> Ruling:
    others: dict[str, list[str]] = {}
    for name, described in candidate.files.items():
        if described.format not in rule.allow and not _matches(rule.besides, name):
            others.setdefault(described.format, []).append(name)
    faults = [f"{listed(tuple(names))}: {kind}" for kind, names in sorted(others.items())]
    if not candidate.files:
        faults = ["the model has no files"]
    found = sorted({described.format for described in candidate.files.values()})
    spoken = f"only {', '.join(rule.allow)}" + (f", and {', '.join(rule.besides.include)}" if rule.besides else "")
    return _ruling("allow", faults, f"its files are {', '.join(found)}", spoken)


def _matches(globs: Globs, name: str) -> bool:
    included = any(compile_pattern(pattern).matches(name) for pattern in globs.include)
    return included and not any(compile_pattern(pattern).matches(name) for pattern in globs.exclude)


def _pickles(rule: PickleRules, pickled: Mapping[str, Described]) -> Ruling:
    faults = []
    for name, described in pickled.items():
        others = [str(each) for each in refused(described.names, rule)]
        if others:
            shown = ", ".join(paths.printable(other[:120]) for other in others[:_MOST_SHOWN])
            faults.append(f"{_file(name)} imports {shown}{', ...' if len(others) > _MOST_SHOWN else ''}")
        if described.unfollowed:
            faults.append(f"{_file(name)} cannot be followed: {paths.printable(described.unfollowed)}")
    count = sum(described.pickles for described in pickled.values())
    names = len({name for described in pickled.values() for name in described.names})
    return _ruling(
        "pickle",
        faults,
        f"{count} pickles import {names} names, all of them allowed",
        f"imports of {', '.join(rule.allow) or 'nothing'} alone",
        (NO_PROOF,),
    )


def _onnx(rule: OnnxRules, candidate: Contents) -> Iterator[Ruling]:
    models = {name: described.onnx for name, described in candidate.files.items() if described.onnx}
    if not models:
        yield Ruling(
            rule="format.onnx", family=Family.FORMAT, outcome=Outcome.INCONCLUSIVE, why="there is no ONNX model in it"
        )
        return
    if rule.opset is not None:
        yield _opset(rule.opset, models)
    if rule.operators:
        yield _operators(rule, models)


def _opset(limit: int, models: Mapping[str, Onnx]) -> Ruling:
    found = {name: model.opsets.get(STANDARD, 0) for name, model in models.items()}
    faults = [f"{_file(name)} needs version {version}" for name, version in found.items() if version > limit]
    newest = max(found.values())
    return _ruling("onnx.opset", faults, f"version {newest} of the standard operators", f"at most version {limit}")


def _operators(rule: OnnxRules, models: Mapping[str, Onnx]) -> Ruling:
    faults, notes = [], []
    runtime, named = _runtime(rule.operators), _named(rule.operators)
    for name, model in models.items():
        missing = sorted(str(each) for each in model.operators - model.own - named if not _has(runtime, each, model))
        if missing:
            shown = ", ".join(paths.printable(each[:80]) for each in missing[:_MOST_SHOWN])
            faults.append(f"{_file(name)} needs {shown}{', ...' if len(missing) > _MOST_SHOWN else ''}")
        if runtime:
            faults += _too_new(name, model, operators.RUNTIMES[runtime], rule.opset)
        if runtime and any(each.domain == operators.OWN_DOMAIN for each in model.operators):
            notes.append(f"{_file(name)} uses operators of {operators.OWN_DOMAIN}, which are not looked up.")
    count = len({each for model in models.values() for each in model.operators})
    return _ruling(
        "onnx.operators", faults, f"{count} operators, all of them there", ", ".join(rule.operators), tuple(notes)
    )


def _has(runtime: tuple[int, int] | None, operator: Operator, model: Onnx) -> bool:
    if runtime is None:
        return False
    if operator.domain == operators.OWN_DOMAIN:
        return True
    opset = model.opsets.get(operator.domain, 0)
    return operator in operators.standard(operators.RUNTIMES[runtime]) and not operators.removed(operator, opset)


def _too_new(name: str, model: Onnx, has: tuple[int, int], opset: int | None) -> Iterator[str]:
    """The sets that the runtime has in older versions only; `opset` is what the project knows better."""
    limits = {STANDARD: max(has[0], opset or 0), operators.ML: has[1]}
    for domain, version in model.opsets.items():
        if version > limits.get(domain, version):
            yield f"{_file(name)} needs version {version} of {domain}, and the runtime has {limits[domain]}"


def _runtime(entries: tuple[str, ...]) -> tuple[int, int] | None:
    """The newest release that is known and no newer than the one that is named."""
    found = [(int(match[1]), int(match[2])) for entry in entries if (match := _RUNTIME.fullmatch(entry))]
    known = [each for each in operators.RUNTIMES if found and each <= min(found)]
    return max(known, default=None)


def _named(entries: tuple[str, ...]) -> frozenset[Operator]:
    parts = (entry.rpartition(":") for entry in entries if not _RUNTIME.fullmatch(entry))
    return frozenset(Operator(domain or STANDARD, name) for domain, _, name in parts)


def wrong(rule: OnnxRules) -> Iterator[str]:
    """The entries of `operators` that are neither a runtime nor an operator."""
    for entry in rule.operators:
        if entry.startswith("onnxruntime"):
            if not _RUNTIME.fullmatch(entry) or _runtime((entry,)) is None:
                oldest = ".".join(map(str, min(operators.RUNTIMES)))
                yield f"{entry!r} is no release since {oldest}, such as `onnxruntime 1.20`"
        elif not re.fullmatch(r"([\w.\-]+:)?\w+", entry):
            yield f"{entry!r} is neither a runtime nor an operator"
