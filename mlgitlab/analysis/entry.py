"""Where Python starts in a step's command."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mlgitlab import paths
from mlgitlab.analysis import launchers, programs, strings
from mlgitlab.analysis.shell import Command, commands_of, place

_SCRIPT = re.compile(r"\.(?:py|sh|bash|ipynb)$")
_SCRIPT_IN_TEXT = re.compile(r"[\w./-]+\.(?:py|sh|bash|ipynb)\b")
# An override of one value of a configuration, which names no class: `trainer.lr=$LR`.
_OVERRIDE = re.compile(r"[+~]{0,2}(?!.*(?:_target_|class_path))[A-Za-z_][\w./@]*")
# What cannot be the name of a file by itself, and what names a script and nothing else.
_OPTION_OR_VALUE = re.compile(r"-|[\w.+~@/-]+=")
_PLAIN_SCRIPT = re.compile(r"[\w./+@-]+\.(?:py|sh|bash|ipynb)")
_CONFIG_FOLDER_OPTIONS = frozenset({"--config-path", "-cp", "--config-dir", "-cd"})  # Hydra's
_INHERITED = re.compile(r"^\$\{?PYTHONPATH\b[^/]*$|^\$\{PYTHONPATH:\+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A call of make: the folder that it starts in (None when only the shell knows), and its arguments."""

    folder: str | None
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Shelled:
    """A shell script, by its path in the repository, and the folder that it is started in."""

    folder: str
    script: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arguments:
    """What the commands' arguments say to a program that builds objects by name.

    names: dotted names. configs: files of configuration. unclear: some argument may be another of these.
    unread: some argument may be a file that is no script by its name.
    """

    names: tuple[str, ...] = ()
    configs: tuple[str, ...] = ()
    unclear: bool = False
    unread: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries:
    """The entry points of a step.

    scripts: repository paths of files, or of folders with a `__main__.py`.
    modules: dotted names that `-m` runs. tests: files and folders that pytest collects.
    extra_roots: folders that a literal PYTHONPATH, an editable installation or the working folder adds.
    guesses: paths that something else names, to be used where such files exist.
    programs: groups of commands, one of each of which the repository's projects must declare.
    hints: words that count where a project declares such a command. makes: calls of make. shells: shell scripts.
    homes: the working folders of the modules. plain: every process is Python told directly what to run, so
    that a script's own folder, or the working folder of a module, comes first on its module path.
    opaque: the command also runs something that we can't look into.
    """

    scripts: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    extra_roots: tuple[str, ...] = ()
    guesses: tuple[str, ...] = ()
    programs: tuple[tuple[str, ...], ...] = ()
    hints: tuple[str, ...] = ()
    makes: tuple[Made, ...] = ()
    shells: tuple[Shelled, ...] = ()
    homes: tuple[str, ...] = ()
    arguments: Arguments = Arguments()
    plain: bool = False
    opaque: bool = False


def entries_of(command: tuple[str, ...], declared: tuple[str, ...] = ()) -> Entries:
    """The entry points that the command's lines show, and those declared: `path/to/x.py`, `-m a.b` or `a.b`."""
    found = _Found()
    for simple in commands_of(command):
        found.take(simple)
    for item in declared:
        found.declare(item.strip())
    return found.entries()


def union(found: Iterable[Entries]) -> Entries:
    """All entry points of several, whose commands, hints, makes and shells somebody else has dealt with."""
    every = list(found)

    def together(name: str) -> tuple[str, ...]:
        return tuple(sorted({item for entries in every for item in getattr(entries, name)}))

    started = [entries for entries in every if entries.scripts or entries.modules or entries.tests]
    return Entries(
        scripts=together("scripts"),
        modules=together("modules"),
        tests=together("tests"),
        extra_roots=together("extra_roots"),
        guesses=together("guesses"),
        homes=together("homes"),
        arguments=Arguments(
            names=tuple(sorted({name for entries in every for name in entries.arguments.names})),
            configs=tuple(sorted({name for entries in every for name in entries.arguments.configs})),
            unclear=any(entries.arguments.unclear for entries in every),
            unread=any(entries.arguments.unread for entries in every),
        ),
        plain=bool(started) and all(entries.plain for entries in started),
        opaque=any(entries.opaque for entries in every),
    )


def makefiles_of(call: Made) -> tuple[str, ...]:
    """The Makefiles, and the scripts, that a call of make may mean."""
    folders = [call.folder, *(place(word, call.folder) for word in call.words)]
    named = [*call.words, *sorted(programs.MAKEFILES)]
    found = (place(word, folder) for folder in folders if folder is not None for word in named)
    return tuple(sorted({path for path in found if path and (_SCRIPT.search(path) or launchers.is_makefile(path))}))


@dataclass(slots=True)
class _Found:
    scripts: set[str] = field(default_factory=set)
    modules: set[str] = field(default_factory=set)
    tests: set[str] = field(default_factory=set)
    roots: set[str] = field(default_factory=set)
    guesses: set[str] = field(default_factory=set)
    programs: set[tuple[str, ...]] = field(default_factory=set)
    hints: set[str] = field(default_factory=set)
    makes: dict[Made, None] = field(default_factory=dict)
    shells: set[Shelled] = field(default_factory=set)
    homes: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    configs: set[str] = field(default_factory=set)
    unclear: bool = False
    unread: bool = False
    plain: bool = True
    opaque: bool = False

    def entries(self) -> Entries:
        return Entries(
            scripts=tuple(sorted(self.scripts)),
            modules=tuple(sorted(self.modules)),
            tests=tuple(sorted(self.tests)),
            extra_roots=tuple(sorted(self.roots)),
            guesses=tuple(sorted(self.guesses - self.scripts)),
            programs=tuple(sorted(self.programs)),
            hints=tuple(sorted(self.hints)),
            makes=tuple(self.makes),
            shells=tuple(sorted(self.shells)),
            homes=tuple(sorted(self.homes)),
            arguments=Arguments(
                names=tuple(sorted(self.names)),
                configs=tuple(sorted(self.configs)),
                unclear=self.unclear,
                unread=self.unread,
            ),
            plain=self.plain and bool(self.scripts or self.modules),
            opaque=self.opaque,
        )

    def declare(self, item: str) -> None:
        self.plain, self.unclear, self.unread = False, True, True
        if item.startswith("-m"):
            self.modules.add(item[2:].strip())
        elif _SCRIPT.search(item) or "/" in item:
            self.scripts.add(paths.normalise(item))
        elif item:
            self.modules.add(item)

    def take(self, command: Command) -> None:
        for assignment in (*command.assignments, *command.words):  # `env PYTHONPATH=src python` too
            self._assign(assignment, command.folder)
        self.opaque |= command.split or not command.whole
        if not command.whole:
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
        self._remember(launch, folder)
        for script in launch.scripts:
            self._script(script, folder)
        if launch.shell:
            self._shell(launch.shell, folder)
        self.modules.update(launch.modules)
        self.guesses.update(guess for word in launch.others for guess in self._guess(word, folder))
        for target in launch.tests:
            where = place(target.partition("::")[0], folder)
            self.tests.add(where if where is not None else folder or "")
            self.opaque |= where is None
        for installed in launch.installs:
            where = place(installed, folder)
            self.roots.update(() if where is None else (where, f"{where}/src".lstrip("/")))

    def _remember(self, launch: launchers.Launch, folder: str | None) -> None:
        """What only the repository's own files can explain."""
        self.programs.update(launch.programs)
        self.hints.update(launch.hints)
        if launch.make is not None:
            self.makes[Made(folder=folder, words=launch.make)] = None
        if launch.runs_python or launch.programs or launch.scripts or launch.shell:
            self.plain &= launch.plain
            self.homes.update((folder,) if launch.modules and folder is not None else ())
            for word in launch.others:
                self._argument(word)

    def _argument(self, word: str) -> None:
        name, equals, value = word.rpartition("=")
        self.unclear |= ("$" in word or "`" in word) and not (equals and _OVERRIDE.fullmatch(name))
        self.unclear |= word.partition("=")[0] in _CONFIG_FOLDER_OPTIONS or "hydra.searchpath" in word
        self.unread |= not (_OPTION_OR_VALUE.match(word) or _PLAIN_SCRIPT.fullmatch(word))
        self.names.update(strings.argument_names(value))
        self.configs.update(strings.config_names(value))

    def _script(self, word: str, folder: str | None) -> None:
        where = place(word, folder)
        if where is not None:
            self.scripts.add(where)
        else:
            self.opaque = True
            self.guesses.update(self._guess(word, folder))

    def _shell(self, word: str, folder: str | None) -> None:
        where = place(word, folder)
        if where is not None and folder is not None:
            self.shells.add(Shelled(folder=folder, script=where))
        else:
            self.opaque = True
            self._script(word, folder)

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
        if name in ("PYTEST_PLUGINS", "PYTEST_ADDOPTS"):
            self.modules.update(re.findall(r"[\w.]+", value) if name == "PYTEST_PLUGINS" else ())
            self.opaque |= name == "PYTEST_ADDOPTS" and "-p" in value
        self.plain &= name != "PYTHONSAFEPATH"
        if name.rstrip("+") != "PYTHONPATH":
            return
        for item in value.split(":"):
            where = place(item, folder)
            if where is not None:
                self.roots.add(where)
            elif item and not _INHERITED.match(item) and not item.startswith("+"):
                self.opaque = True
