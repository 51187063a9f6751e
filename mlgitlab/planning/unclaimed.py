"""Files that no rule and no import knows: under `unmatched: everything` each step may depend on any of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from mlgitlab import paths
from mlgitlab.analysis.meaning.values import Layer, Meaning, digest
from mlgitlab.changes import is_file_mode
from mlgitlab.config.keys import matches_any
from mlgitlab.config.schema import Config, Unmatched
from mlgitlab.planning.fingerprint import INPUT, Ingredient
from mlgitlab.planning.globs import GlobIndex
from mlgitlab.planning.links import Links
from mlgitlab.planning.sides import meant
from mlgitlab.planning.steps import Rule, StepSpec, products

# More than this are named together: what a result depends on is kept with it.
_MOST_NAMED = 1000
_TOGETHER = "files that no rule knows"


def unclaimed(
    config: Config,
    steps: Iterable[StepSpec],
    loaded: Collection[str],
    modes: Mapping[str, str],
    config_file: str,
    links: Links,
) -> Mapping[str, tuple[str, ...]]:
    """Those of the files whose change would run everything, each with the patterns of its keys that a rule claims.

    loaded: what the steps load. What a step leaves is its result, and nothing that it depends on.
    """
    if config.unmatched is Unmatched.NOTHING:
        return {}
    every = list(steps)
    rules: GlobIndex[Rule] = GlobIndex()
    for rule in (rule for step in every for rule in step.rules if rule.claims):
        rules.add(rule.globs, rule)
    ignored: GlobIndex[None] = GlobIndex()
    ignored.add(config.ignore, None)
    left = {paths.normalise(product) for step in every for product in products(step)}
    found: dict[str, tuple[str, ...]] = {}
    for path, mode in modes.items():
        if path in loaded or path == config_file or not left.isdisjoint((path, *paths.ancestors(path))):
            continue
        if any(True for _ in ignored.find(path)):
            continue
        read_by = (path, *links.aliases(path))
        claims = [rule for each in read_by for rule in _claims(rules, each, is_tree=not is_file_mode(mode))]
        if all(rule.keys for rule in claims):
            found[path] = tuple(sorted({key for rule in claims for key in rule.keys}))
    return found


def ingredients(
    found: Mapping[str, tuple[str, ...]], blobs: Mapping[str, str], meanings: Mapping[str, Meaning]
) -> tuple[Ingredient, ...]:
    """What of these files every step depends on: all that is not cosmetic."""
    told = tuple(
        Ingredient(INPUT, path, _counted(meanings[path], keys) if path in meanings else f"blob {blobs[path]}")
        for path, keys in sorted(found.items())
        if path in blobs
    )
    if len(told) <= _MOST_NAMED:
        return told
    return (Ingredient(INPUT, _TOGETHER, digest([list(each) for each in told])),)


def _claims(rules: GlobIndex[Rule], path: str, *, is_tree: bool) -> Iterator[Rule]:
    """The rules that say what a path means; see `Side.look`."""
    for place, tree in meant(path, is_tree=is_tree):
        yield from (rule for rule, certain in rules.find(place, is_tree=tree) if certain)


def _counted(meaning: Meaning, claimed: tuple[str, ...]) -> str:
    """A digest of the parts that can matter to a step, without those that a rule answers for."""
    parts = [
        part for part in meaning.parts if part.layer is Layer.CODE or (part.layer is Layer.PACKAGE and not claimed)
    ]
    return digest([[part.name, part.digest] for part in parts if not (claimed and matches_any(part.name, claimed))])
