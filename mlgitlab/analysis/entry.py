"""Where Python starts in a step's command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.analysis import launchers
from mlgitlab.analysis.shell import Command, commands_of, place

_SCRIPT = re.compile(r"\.(?:py|sh|bash|ipynb)$")
_SCRIPT_IN_TEXT = re.compile(r"[\w./-]+\.(?:py|sh|bash|ipynb)\b")
_INHERITED = re.compile(r"^\$\{?PYTHONPATH\b[^/]*$|^\$\{PYTHONPATH:\+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The entry points of a step.

    scripts: repository paths of files, or of folders with a `__main__.py`.
    modules: dotted names that `-m` runs. tests: files and folders that pytest collects.
    extra_roots: folders that a literal PYTHONPATH, an editable installation or the working folder adds.
    guesses: paths that something else names, to be used where such files exist.
    opaque: the command also runs something that we can't look into.
    """

    scripts: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    extra_roots: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    opaque: bool = False


def entries_of(command: tuple[str, ...], declared: tuple[str, ...] = ()) -> Entries:
    """The entry points that the command's lines show, and those declared: `path/to/x.py`, `-m a.b` or `a.b`."""
    found = _Found()
    for simple in commands_of(command):
        found.take(simple)
    for item in declared:
        found.declare(item.strip())
    return found.entries()


@dataclass(slots=True)
class _Found:
    scripts: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    guesses: set[str] = field(default_factory=set)
    opaque: bool = False

    def entries(self) -> Entries:
        return Entries(
            scripts=tuple(sorted(self.scripts)),
            modules=tuple(sorted(self.modules)),
            tests=tuple(sorted(self.tests)),
            extra_roots=tuple(sorted(self.roots)),
            guesses=tuple(sorted(self.guesses - self.scripts)),
            opaque=self.opaque,
        )

    def declare(self, item: str) -> None:
        if item.startswith("-m"):
            self.modules.add(item[2:].strip())
        elif _SCRIPT.search(item) or "/" in item:
            self.scripts.add(paths.normalise(item))
        elif item:
            self.modules.add(item)

    def take(self, command: Command) -> None:
        for assignment in (*command.assignments, *command.words):  # `env PYTHONPATH=src python` too
            self._assign(assignment, command.folder)
        if not command.whole:
            self.opaque = True
            self.guesses.update(_SCRIPT_IN_TEXT.findall(" ".join(command.words)))
            return
        if not command.words:
            return
        launch = launchers.recognise(command.words)
        folders = [command.folder]
        if launch.folder:
            folders.append(place(launch.folder, command.folder))
        for folder in folders:
            self._launch(launch, folder)

    def _launch(self, launch: launchers.Launch, folder: str | None) -> None:
        self.opaque |= launch.opaque or folder is None
        if launch.runs_python and folder:
            self.roots.update((folder, f"{folder}/src"))
        for script in launch.scripts:
            self._script(script, folder)
        self.modules.update(launch.modules)
        self.guesses.update(guess for word in launch.others for guess in self._guess(word, folder))
        for target in launch.tests:
            where = place(target.partition("::")[0], folder)
            self.tests.add(where if where is not None else folder or "")
            self.opaque |= where is None
        for installed in launch.installs:
            where = place(installed, folder)
            self.roots.update(() if where is None else (where, f"{where}/src".lstrip("/")))

    def _script(self, word: str, folder: str | None) -> None:
        where = place(word, folder)
        if where is not None:
            self.scripts.add(where)
        else:
            self.opaque = True
            self.guesses.update(self._guess(word, folder))

    def _guess(self, word: str, folder: str | None) -> Iterable[str]:
        """What an argument may mean: `--script=x.py` the part after `=`, `$DIR/x.py` any `x.py`."""
        word = word.rpartition("=")[2]
        if not _SCRIPT.search(word) and not launchers.is_makefile(word):
            return ()
        where = place(word, folder)
        if where is not None:
            return (where,)
        tail = re.split(r"[$`*?\[\]{}~]", word)[-1]
        return ("/" + tail.partition("/")[2],) if "/" in tail else ("/" + word.rpartition("/")[2],)

    def _assign(self, assignment: str, folder: str | None) -> None:
        name, _, value = assignment.partition("=")
        if name.rstrip("+") != "PYTHONPATH":
            return
        for item in value.split(":"):
            where = place(item, folder)
            if where is not None:
                self.roots.add(where)
            elif item and not _INHERITED.match(item) and not item.startswith("+"):
                self.opaque = True
