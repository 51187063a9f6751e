"""The fingerprint of a step: a digest over everything that can alter its result, and what made two of them differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from mlgitlab.analysis.meaning.values import digest
from mlgitlab.frozen import dataclass
from mlgitlab.planning.steps import StepSpec

# Part of every fingerprint: raised when the same step of the same commit must count as another.
SCHEME = 1
CODE = "code"
INPUT = "input"
# What of a configuration alters the result, or whether it counts as one; time limits, tags and reports do not.
_SETTINGS = (
    "command",
    "before_script",
    "image",
    "variables",
    "entry",
    "source_roots",
    "data",
    "matrix",
    "outputs",
    "environment",
    "seed",
    "loss",
    "checkpoint",
    "load",
    "checks",
    "predictions",
)


class Ingredient(NamedTuple):
    """One thing that the result depends on.

    kind: `code`, `input`, `setting`, `parameter`, `variable` or `upstream`. name: a path, a key of the configuration, a
    variable, a step. digest: of a file what counts of its meaning, or git's name of its content.
    """

    kind: str
    name: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """All ingredients, in a fixed order. `unknown` are those that nobody can tell: the result may change with them."""

    step: str
    ingredients: tuple[Ingredient, ...]
    unknown: tuple[str, ...] = ()

    @property
    def value(self) -> str:
        """The digest: 32 hexadecimal digits."""
        return digest([SCHEME, [list(ingredient) for ingredient in self.ingredients]])


def settings_of(step: StepSpec) -> tuple[Ingredient, ...]:
    """The ingredients that the configuration itself holds."""
    found = [Ingredient("setting", name, _data(getattr(step, name))) for name in _SETTINGS if getattr(step, name)]
    if step.gpu:
        found.append(Ingredient("setting", "gpu", digest([step.gpu.type, step.gpu.count])))
    return tuple(found)


def _data(value: object) -> str:
    if isinstance(value, Mapping):
        return digest({str(name): str(value[name]) for name in sorted(value)})
    return digest(list(map(str, value)) if isinstance(value, tuple) else str(value))


def variables_of(step: StepSpec, environ: Mapping[str, str]) -> tuple[Ingredient, ...]:
    """The variables that the step's inputs name. Values are never shown: a variable may be a secret."""
    return tuple(
        Ingredient("variable", name, digest(environ[name]) if name in environ else "unset") for name in step.reads
    )


def assemble(
    step: StepSpec,
    files: Iterable[Ingredient],
    upstream: Mapping[str, Fingerprint],
    parameters: Mapping[str, str],
    environ: Mapping[str, str],
    unknown: Sequence[str] = (),
) -> Fingerprint:
    """The fingerprint of a step; `upstream` are those of the steps whose results it reads."""
    above = [Ingredient("upstream", name, found.value) for name, found in upstream.items()]
    given = [Ingredient("parameter", name, digest(value)) for name, value in parameters.items()]
    everything = [*settings_of(step), *variables_of(step, environ), *given, *above, *files]
    more = [f"{what} (of {name})" for name, found in upstream.items() for what in found.unknown]
    return Fingerprint(step=step.id, ingredients=tuple(sorted(set(everything))), unknown=(*unknown, *more))


class Distinction(NamedTuple):
    """One ingredient in which two fingerprints differ: `change` is `added`, `removed` or `changed`."""

    kind: str
    name: str
    change: str

    @property
    def is_file(self) -> bool:
        """Whether it is a file of the repository."""
        return self.kind in (CODE, INPUT)


def distinctions(old: Fingerprint, new: Fingerprint) -> tuple[Distinction, ...]:
    """What makes two fingerprints differ, sorted."""
    before = {item[:2]: item.digest for item in old.ingredients}
    after = {item[:2]: item.digest for item in new.ingredients}
    found = []
    for kind, name in sorted(before.keys() | after.keys()):
        then, now = before.get((kind, name)), after.get((kind, name))
        if then != now:
            found.append(Distinction(kind, name, "added" if then is None else "removed" if now is None else "changed"))
    return tuple(found)
