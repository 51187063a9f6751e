"""What `config check` does: the entries of `configs`, or files that the command line names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options
from mlgitlab.cli.project.head import Project, read_project
from mlgitlab.cli.wiring import settings as disk
from mlgitlab.config.field import Name
from mlgitlab.config.schema import Settings
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.jobs.settings.checking import Schema, check, unmet
from mlgitlab.jobs.settings.documents import read_document
from mlgitlab.jobs.settings.existing import Exists, existence
from mlgitlab.jobs.settings.json_schemas import JsonSchema, Reader
from mlgitlab.jobs.settings.values import Checked, Document
from mlgitlab.planning.globs import GlobIndex

_PYTHON = re.compile(r".+:[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What was checked. `wrong`: why something could not be, which is a fault of mlgitlab.yml or of a schema."""

    checked: tuple[Checked, ...]
    wrong: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where the files and the schemas are."""

    folder: str
    roots: tuple[str, ...]
    read: Reader
    exists: Exists

    def schema(self, name: str | None) -> Schema | None:
        """The schema of that name; ConfigError where it is none."""
        if not name:
            return None
        return (
            disk.python_schema(name, self.folder, self.roots)
            if _PYTHON.fullmatch(name)
            else JsonSchema(name, self.read)
        )


def check_files(around: Surroundings, files: Sequence[str], schema: str, paths: Sequence[str]) -> Outcome:
    """Files on disk; what is relative starts at the current folder."""
    place = _Place(
        folder=around.cwd,
        roots=("", "src"),
        read=lambda path: disk.content(around, path),
        exists=lambda path: disk.exists(around, path),
    )
    documents = []
    for file in files:
        content = disk.content(around, file)
        if content is None:
            raise UsageError(f"there is no file {quoted(file)}")
        documents.append(read_document(file, content))
    return _checked("--file", documents, place, Settings(schema=schema or None, paths=tuple(paths)), "--path")


def check_entries(around: Surroundings, options: Options, names: Sequence[str]) -> Outcome:
    """The entries of mlgitlab.yml, or those of these names; in CI the commit's files, on a laptop those on disk."""
    request, repository = wiring.start(around, options)
    project = read_project(request, repository)
    entries = _asked(project.config.configs, names)
    place = _Place(
        folder=str(repository.folder),
        roots=("", "src", *project.config.source_roots),
        read=lambda path: project.snapshot.read([path]).get(path),
        exists=existence(project.snapshot.entries()),
    )
    found = [_entry(project, place, name, settings) for name, settings in entries.items()]
    return Outcome(
        checked=tuple(each for outcome in found for each in outcome.checked),
        wrong=tuple(each for outcome in found for each in outcome.wrong),
    )


def _asked(entries: Mapping[Name, Settings], names: Sequence[str]) -> Mapping[Name, Settings]:
    if not entries:
        raise UsageError(
            "mlgitlab.yml declares no `configs`", "docs/config-check.md shows how, or use --file and --schema"
        )
    for name in names:
        if name not in entries:
            raise UsageError(f"`configs` has no {quoted(name)}", suggestion(name, entries, "there are"))
    return {name: settings for name, settings in entries.items() if not names or name in names}


def _entry(project: Project, place: _Place, name: str, settings: Settings) -> Outcome:
    key = f"configs.{name}"
    line = project.parsed.origins.get(key, "mlgitlab.yml")
    documents = list(_documents(project, place, settings))
    faults = []
    if not settings.schema and not settings.paths:
        faults.append("neither `schema` nor `paths`: there is nothing to check")
    if not settings.files and not settings.hydra:
        faults.append("neither `files` nor `hydra`: there is nothing to check")
    if settings.files and not any(_files(project, settings)):
        faults.append("`files` means no file of the repository")
    if faults:
        return Outcome(checked=(), wrong=tuple(Problem(where=f"{line}: {key}", what=what) for what in faults))
    if settings.hydra:
        # What Hydra puts together is validated; its parts need not be whole.
        parts = check(name, documents, None, (), place.exists)
        whole = [disk.composition(place.folder, settings.hydra, each.split()) for each in settings.overrides or ("",)]
        outcome = _checked(name, whole, place, settings, f"{line}: {key}.paths")
        return Outcome(checked=(*parts, *outcome.checked), wrong=outcome.wrong)
    return _checked(name, documents, place, settings, f"{line}: {key}.paths")


def _checked(entry: str, documents: Sequence[Document], place: _Place, settings: Settings, key: str) -> Outcome:
    try:
        found = check(entry, documents, place.schema(settings.schema), settings.paths, place.exists)
    except ConfigError as error:
        return Outcome(checked=(), wrong=error.problems)
    wrong = [
        Problem(where=key, what=f"no configuration has a key like {quoted(each)}")
        for each in unmet(documents, settings.paths)
    ]
    return Outcome(checked=found, wrong=tuple(wrong))


def _files(project: Project, settings: Settings) -> Iterator[str]:
    index: GlobIndex[bool] = GlobIndex()
    index.add(settings.files, True)
    return (path for path in sorted(project.snapshot.entries()) if any(index.find(path)))


def _documents(project: Project, place: _Place, settings: Settings) -> Iterator[Document]:
    for path in _files(project, settings):
        content = place.read(path)
        if content is not None:  # a submodule has none
            yield read_document(path, content)
