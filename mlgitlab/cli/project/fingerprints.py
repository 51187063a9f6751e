"""The fingerprints of steps in one snapshot: files read in batches, each content once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from mlgitlab.analysis.kept import KeptMeanings
from mlgitlab.analysis.loading import Loaded, Loading
from mlgitlab.analysis.meaning.registry import kind_of
from mlgitlab.analysis.meaning.values import Meaning
from mlgitlab.changes import is_file_mode
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.project.head import Project, parameters_of
from mlgitlab.cli.project.webs import Scene, Webs
from mlgitlab.config.schema import Config, StepKind
from mlgitlab.planning.differences import Difference
from mlgitlab.planning.fingerprint import Fingerprint, Ingredient, assemble
from mlgitlab.planning.ingredients import WHOLE, files_of, ingredient, matching
from mlgitlab.planning.links import Links
from mlgitlab.planning.reach import starter_of
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.steps import StepSpec
from mlgitlab.planning.unclaimed import ingredients, unclaimed
from mlgitlab.protocols import Cache


def fingerprints_of(request: Request, project: Project, webs: Webs) -> Fingerprints:
    """The fingerprints of the head's steps, under the parameters and variables of this run."""
    return Fingerprints(
        scene=project.scene,
        steps=project.steps,
        config=project.config,
        config_file=request.config.path,
        parameters=parameters_of(request, project.config),
        webs=webs,
        cache=request.cache,
        environ=request.environ,
    )


@dataclass(frozen=True, kw_only=True)
class Fingerprints:
    """The steps of one snapshot, and what is needed to know them. `config_file` acts through the steps it leads to."""

    scene: Scene
    steps: Mapping[str, StepSpec]
    config: Config
    config_file: str
    parameters: Mapping[str, str]
    webs: Webs
    cache: Cache
    environ: Mapping[str, str]

    def of(self, names: Iterable[str]) -> Mapping[str, Fingerprint]:
        """The fingerprints of these steps and of those whose results they read."""
        found: dict[str, Fingerprint] = {}
        ordered = self._with_producers(names)
        self._load(ordered)
        for name in ordered:
            step = self.steps[name]
            upstream = {need.step: found[need.step] for need in step.needs if need.artifacts and need.step in found}
            files = [*self._files(step), *self._unclaimed]
            found[name] = assemble(step, files, upstream, self.parameters, self.environ, self._unknown(step))
        self._kept.save()
        return found

    def parts(self, name: str, path: str, then: Fingerprints) -> tuple[str, ...]:
        """What of a file that a step depends on is not as it was then; empty where only the whole can be told."""
        old, new = then.meanings([path]).get(path), self.meanings([path]).get(path)
        if not (old and new):
            return ()
        self._load([name])
        step = self.steps[name]
        relevance = Relevance(differences={path: Difference(old=old, new=new)}, packages=self.config.packages)
        _, keys = self._wanted(step).get(path, ("", WHOLE))
        return relevance.senses(step, self._loaded(step)).parts(path, keys) or ()

    def meanings(self, wanted: Iterable[str]) -> Mapping[str, Meaning]:
        """What files mean, of those that can be read; those not yet known are read in one batch."""
        entries = self.scene.snapshot.entries()
        kinds = {
            path: kind
            for path in wanted
            if path in entries and is_file_mode(entries[path].mode) and (kind := kind_of(path))
        }
        blobs = self.scene.snapshot.blobs(kinds)
        found = {path: self._kept.get(blobs[path], kind.key) for path, kind in kinds.items()}
        unread = [path for path, meaning in found.items() if meaning is None]
        for path, content in self.scene.snapshot.read(unread).items():
            found[path] = meaning = kinds[path].read(content)
            if meaning:
                self._kept.put(blobs[path], kinds[path].key, meaning)
        return {path: meaning for path, meaning in found.items() if meaning}

    def _with_producers(self, names: Iterable[str]) -> Sequence[str]:
        """The steps and all whose results they read, producers first."""
        ordered: dict[str, None] = {}

        def visit(name: str) -> None:
            for need in self.steps[name].needs:
                if need.artifacts and need.step in self.steps and need.step not in ordered:
                    visit(need.step)
            ordered[name] = None

        for name in names:
            visit(name)
        return tuple(ordered)

    def _load(self, names: Iterable[str]) -> None:
        """Find out together what these steps load, of those of which it is not known yet."""
        starters = {name: starter_of(self.steps[name]) for name in names if name not in self._loadings}
        if starters:
            self._loadings.update(dict.fromkeys(starters, self.webs.loading(self.scene, starters.values())))

    def _loaded(self, step: StepSpec) -> Loaded:
        return self._loadings[step.id].of(starter_of(step))

    def _files(self, step: StepSpec) -> Sequence[Ingredient]:
        wanted = self._wanted(step)
        senses = Relevance(packages=self.config.packages, whole=True).senses(step, self._loaded(step))
        blobs = self.scene.snapshot.blobs(wanted)
        meanings = self.meanings(blobs)
        return [
            ingredient(kind, path, blobs[path], meanings.get(path), keys, senses)
            for path, (kind, keys) in wanted.items()
            if path in blobs
        ]

    def _wanted(self, step: StepSpec) -> Mapping[str, tuple[str, tuple[str, ...]]]:
        """The files that the step depends on, each with its kind and the keys that count."""
        if step.id not in self._known_files:
            loaded = self._loaded(step)
            # Whoever runs what cannot be looked into may load any code.
            seen = loaded.opaque and not step.entry
            anything = self._loadings[step.id].everything | self._known if seen else ()
            files = {*loaded.files, *anything}
            self._known_files[step.id] = files_of(
                step, files, self._paths, self.config.ignore, self.config_file, self._trees, self._aliases
            )
        return self._known_files[step.id]

    @cached_property
    def _loadings(self) -> dict[str, Loading]:
        return {}

    @cached_property
    def _known_files(self) -> dict[str, Mapping[str, tuple[str, tuple[str, ...]]]]:
        return {}

    @cached_property
    def _known(self) -> frozenset[str]:
        """The code that any step loads, but for checks of the code."""
        self._load(self.steps)
        loads = (self._loaded(step) for step in self.steps.values() if step.kind is not StepKind.QUALITY)
        return frozenset(path for each in loads for path in set(each.files) - each.besides)

    @cached_property
    def _trees(self) -> Sequence[str]:
        return sorted(path for path, entry in self.scene.snapshot.entries().items() if not is_file_mode(entry.mode))

    @cached_property
    def _unclaimed(self) -> Sequence[Ingredient]:
        """What every step may depend on: files that no rule knows, of those that a commit holds."""
        entries, held = self.scene.snapshot.entries(), self.webs.committed(self.scene)
        modes = {path: entry.mode for path, entry in entries.items() if path in held}
        found = unclaimed(self.config, self.steps.values(), self._known, modes, self.config_file, self._links)
        return ingredients(found, self.scene.snapshot.blobs(found), self.meanings(found))

    def _unknown(self, step: StepSpec) -> tuple[str, ...]:
        remote = tuple(f"dataset {name} lies outside git" for name in step.remote)
        data = (rule for rule in step.rules if rule.key.startswith("datasets.") and rule.key.endswith(".path"))
        empty = (rule.key for rule in data if not any(True for _ in matching(rule.globs, self._paths)))
        return (*remote, *(f"{key} names no file in git" for key in empty))

    @cached_property
    def _paths(self) -> Sequence[str]:
        return sorted((*self.scene.snapshot.entries(), *self._aliases))

    @cached_property
    def _links(self) -> Links:
        """Those of the snapshot, which every loading knows; whoever asks has loaded some step."""
        return Links(next(iter(self._loadings.values())).links)

    @cached_property
    def _aliases(self) -> Mapping[str, str]:
        """The other paths of files, by which links lead to them."""
        return self._links.all_aliases(self.scene.snapshot.entries())

    @cached_property
    def _kept(self) -> KeptMeanings:
        return KeptMeanings(self.cache)
