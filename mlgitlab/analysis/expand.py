"""Entry points that only the repository's own files can tell: of its projects' commands, of make, of shell scripts."""

from __future__ import annotations

import posixpath
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from mlgitlab.analysis.entry import Entries, Made, Shelled, entries_of, makefiles_of, union
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.make.command import asked
from mlgitlab.analysis.make.reader import NotPlainError, read_makefile
from mlgitlab.analysis.make.targets import run_of
from mlgitlab.analysis.projects.collection import Started
from mlgitlab.analysis.shell import place
from mlgitlab.analysis.shell_script import plain_lines

_MAKEFILES = ("GNUmakefile", "makefile", "Makefile")  # in the order that make looks for them
_MOST_CALLS = 100


@dataclass(slots=True)
class Expanded:
    """Entries without programs, hints or makes.

    besides: files that were read to find them. shells: the shell scripts among what runs.
    """

    entries: Entries
    besides: set[str] = field(default_factory=set)
    shells: set[str] = field(default_factory=set)


def expand(graph: ImportGraph, entries: Entries) -> Expanded:
    """Replace the commands that projects declare, calls of make, and plain shell scripts by what they start."""
    expanding = _Expanding(graph)
    expanding.pending.append(entries)
    while expanding.pending:
        expanding.take(expanding.pending.pop(0))
    return Expanded(entries=union(expanding.found), besides=expanding.besides, shells=expanding.shells)


class _Expanding:
    def __init__(self, graph: ImportGraph) -> None:
        self._graph = graph
        self._calls: set[Made] = set()
        self._shells: set[Shelled] = set()
        self._started: set[Started] = set()
        self.pending: list[Entries] = []
        self.found: list[Entries] = []
        self.besides: set[str] = set()
        self.shells: set[str] = set()

    def take(self, entries: Entries) -> None:
        self.found.append(entries)
        for group in entries.programs:
            started = [one for name in group for one in self._graph.projects.started_by(name)]
            self._start(started)
            if not started or self._graph.projects.any_point:
                self.found.append(Entries(opaque=True))
        for name in entries.hints:
            self._start(self._graph.projects.started_by(name))
        for call in entries.makes:
            if call not in self._calls:
                self._calls.add(call)
                self._make(call)
        for script in entries.shells:
            if script not in self._shells:
                self._shells.add(script)
                self._shell(script)

    def _shell(self, call: Shelled) -> None:
        """Take the script's commands for the step's own, where they are as simple; else it may start anything."""
        read: set[str] = set()
        try:
            text = self._load("", call.script, read) if len(self._shells) <= _MOST_CALLS else None
        except NotPlainError:
            text = None
        lines = None if text is None else plain_lines(text)
        if lines is None:
            self.found.append(Entries(scripts=(call.script,), opaque=True))
            return
        self.shells |= read
        # Whether Python puts a script's folder first is for the environment to say, which others set.
        self.pending.append(replace(entries_of((f"cd {shlex.quote(call.folder or '.')}", *lines)), plain=False))

    def _start(self, started: Sequence[Started]) -> None:
        for one in started:
            if one in self._started:
                continue
            self._started.add(one)
            self.besides.add(one.by)
            self.found.append(Entries(modules=one.modules, scripts=one.files))
            if one.tasks:
                self.found.append(Entries(opaque=True, modules=one.dotted))
                self.pending.append(entries_of(one.tasks))

    def _make(self, call: Made) -> None:
        read: set[str] = set()
        try:
            entries = self._made(call, read)
        except NotPlainError:
            self.found.append(Entries(guesses=makefiles_of(call), opaque=True))
        else:
            self.besides |= read
            self.pending += entries

    def _made(self, call: Made, read: set[str]) -> list[Entries]:
        wanted = asked(call.words)
        folder = call.folder
        for step in wanted.folders:
            folder = place(step, folder)
        if folder is None or len(wanted.files) > 1 or len(self._calls) > _MOST_CALLS:
            raise NotPlainError("nobody can tell which file it reads")
        here = folder
        first = wanted.files[0] if wanted.files else self._default(here)
        makefile = read_makefile(first, lambda name: self._load(here, name, read))
        run = run_of(makefile, wanted.goals, wanted.variables)
        lines = [(f"cd {shlex.quote(here or '.')}", *run.exported, line) for line in run.lines]
        return [Entries(opaque=not run.sure), *(entries_of(each) for each in lines)]

    def _default(self, folder: str) -> str:
        for name in _MAKEFILES:
            if self._graph.tree.is_file(posixpath.join(folder, name)):
                return name
        raise NotPlainError("no Makefile")

    def _load(self, folder: str, name: str, read: set[str]) -> str | None:
        path = place(name, folder)
        real = None if path is None else self._graph.tree.real(path)
        if path is None or real is None:
            raise NotPlainError(name)
        content = self._graph.content(real.path)
        if content is None:
            return None
        read.update((real.path, *real.links))
        try:
            return content.decode()
        except UnicodeDecodeError:
            raise NotPlainError(name) from None
