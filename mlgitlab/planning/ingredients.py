"""Which files a step's fingerprint is made of, and what of each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType

from mlgitlab.analysis.meaning.values import Meaning, digest
from mlgitlab.config.scalars import Globs
from mlgitlab.planning.fingerprint import CODE, INPUT, Ingredient
from mlgitlab.planning.globs import GlobIndex, Pattern, compile_pattern
from mlgitlab.planning.relevance import Senses
from mlgitlab.planning.sides import DVC_POINTER
from mlgitlab.planning.steps import StepSpec

# The keys of a file that counts as a whole.
WHOLE: tuple[str, ...] = ()
_NONE: Mapping[str, str] = MappingProxyType({})


def files_of(
    step: StepSpec,
    loaded: Collection[str],
    entries: Sequence[str],
    ignore: Globs,
    config_file: str,
    trees: Collection[str] = (),
    aliases: Mapping[str, str] = _NONE,
) -> Mapping[str, tuple[str, tuple[str, ...]]]:
    """Each file that the step depends on: `code` or `input`, and the patterns for its keys (`WHOLE` without).

    `entries` are the snapshot's paths, sorted; `trees` those that stand for all below them: submodules and links.
    What `ignore` takes out counts only where code loads it. aliases: of the entries those that links lead by, each with
    the file that is there.
    """
    ignored: GlobIndex[None] = GlobIndex()
    ignored.add(ignore, None)
    found: dict[str, tuple[str, ...]] = {}
    for rule in step.rules:
        for path in (*matching(rule.globs, entries), *_holding(rule.globs, trees)):
            if path == config_file or any(True for _ in ignored.find(path)):
                continue
            real = aliases.get(path, path)
            earlier = found.get(real)
            whole = not rule.keys or earlier == WHOLE
            found[real] = WHOLE if whole else tuple(dict.fromkeys((*(earlier or ()), *rule.keys)))
    code = dict.fromkeys(loaded, (CODE, WHOLE))
    return {**{path: (INPUT, keys) for path, keys in sorted(found.items())}, **code}


def matching(globs: Globs, entries: Sequence[str]) -> Iterator[str]:
    """The paths that the globs mean; a DVC pointer stands for its data."""
    excludes = [compile_pattern(text) for text in globs.exclude]
    seen: set[str] = set()
    for text in globs.include:
        pattern = compile_pattern(text)
        for path in _below(entries, pattern.folder):
            if path not in seen and _means(pattern, path) and not any(exclude.matches(path) for exclude in excludes):
                seen.add(path)
                yield path


def _holding(globs: Globs, trees: Collection[str]) -> Iterator[str]:
    """The submodules and links below which the globs may mean something, of which git says nothing but their name."""
    patterns = [compile_pattern(text) for text in globs.include] if trees else []
    yield from (tree for tree in trees if any(pattern.reaches_into(tree) for pattern in patterns))


def _below(entries: Sequence[str], folder: str) -> Iterable[str]:
    """The paths that begin with the folder's name: itself, what is below it, and a DVC pointer beside it."""
    return entries[bisect_left(entries, folder) : bisect_left(entries, folder + "\U0010ffff")] if folder else entries


def _means(pattern: Pattern, path: str) -> bool:
    if pattern.matches(path):
        return True
    return path.endswith(DVC_POINTER) and pattern.reaches_into(path.removesuffix(DVC_POINTER))


def ingredient(
    kind: str, path: str, blob: str, meaning: Meaning | None, keys: tuple[str, ...], senses: Senses
) -> Ingredient:
    """What of one file counts. A content that cannot be read counts as it is, by git's name of it."""
    if meaning is None or senses.layers is None:
        return Ingredient(kind, path, f"blob {blob}")
    counted = senses.counted(meaning, keys)
    return Ingredient(kind, path, digest([[part.name, part.digest] for part in counted]))
