"""OpenMetrics text for GitLab's `artifacts:reports:metrics`.

GitLab takes each line apart as a shell would, after cutting it at the first `#`: the first word is the metric, the
second its value, both as text (lib/gitlab/ci/parsers/metrics/generic.rb of GitLab's edition `ee`). What is written here
means the same to it and to a parser of OpenMetrics.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby

from mlgitlab.jobs.metrics.exposition import LEGAL_NAME, escaped, sample_name
from mlgitlab.paths import printable

_LONGEST = 200
_DIGITS = 6
# `#` ends the line for GitLab; what cannot be printed means something else to every reader.
_PERCENT = re.compile(r"%(?=[0-9a-fA-F]{2})|#")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One number under a legal name. `help` is what the family's comment says, such as the name as it was written."""

    name: str
    value: float
    labels: Mapping[str, str] = field(default_factory=dict)
    help: str = ""


def write(samples: Iterable[Sample]) -> bytes:
    """The text, families and samples sorted, with `# EOF` at its end. No two samples may have one name and labels."""
    lines: list[str] = []
    ordered = sorted(samples, key=lambda sample: (sample.name, sorted(sample.labels.items())))
    for name, family in groupby(ordered, key=lambda sample: sample.name):
        members = list(family)
        told = next((sample.help for sample in members if sample.help), "")
        if told:
            lines.append(f"# HELP {name} {escaped(printable(told))}")
        lines.append(f"# TYPE {name} gauge")
        lines += [f"{_key(sample)} {shown(sample.value)}" for sample in members]
    return "\n".join([*lines, "# EOF", ""]).encode()


def shown(value: float) -> str:
    """The shortest text that reads back as this number; `NaN`, `+Inf` and `-Inf` as the format writes them."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return repr(float(value))


def plain(value: float | None) -> float | str | None:
    """The number as JSON can hold it: one that is not finite as its text."""
    return value if value is None or math.isfinite(value) else shown(value)


def legal_names(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """A legal name for each name, never one for two, and none that is `taken`.

    A legal name stays as it is. In others each illegal character becomes `_`; where the result is taken, the first
    digits of the name's SHA-256 follow, so that a metric is called the same whatever order the names come in.
    """
    wanted, used = sorted(set(names)), set(taken)
    found = {name: name for name in wanted if LEGAL_NAME.fullmatch(name) and len(name) <= _LONGEST and name not in used}
    near = {name: _legal(name) for name in wanted if name not in found}
    used.update(found.values())
    crowds = Counter(near.values())
    avoided = {*used, *near.values()}
    for name, candidate in near.items():
        if candidate in used or crowds[candidate] > 1 or len(candidate) > _LONGEST:
            found[name] = _distinguished(name, candidate, avoided)
            avoided.add(found[name])
        else:
            found[name] = candidate
    return found


def label_value(text: str) -> str:
    """A label's text as GitLab can read it: `#` and what cannot be printed as `%23`, as in URLs; one to one."""
    marked = _PERCENT.sub(lambda found: f"%{ord(found[0]):02x}", text)
    return "".join(character if character.isprintable() else _percent(character) for character in marked)


def _key(sample: Sample) -> str:
    return sample_name(sample.name, {key: label_value(value) for key, value in sample.labels.items()})


def _percent(character: str) -> str:
    return "".join(f"%{byte:02x}" for byte in character.encode("utf-8", "surrogateescape"))


def _legal(name: str) -> str:
    text = re.sub(r"[^a-zA-Z0-9_:]", "_", name)
    return text if LEGAL_NAME.fullmatch(text) else f"_{text}"


def _distinguished(name: str, near: str, taken: set[str]) -> str:
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    for digits in range(_DIGITS, len(digest) + 1):
        candidate = f"{near[: _LONGEST - digits - 1]}_{digest[:digits]}"
        if candidate not in taken:
            return candidate
    raise AssertionError(f"two names with one SHA-256: {name!r}")
