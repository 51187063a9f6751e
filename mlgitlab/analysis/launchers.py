"""What the words of one command start: a script, a module, tests, or something we can't look into."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from mlgitlab.analysis import programs, strings, wrappers
from mlgitlab.analysis.references import Reference
from mlgitlab.frozen import dataclass

_SCRIPT = re.compile(r"\.(?:py|ipynb)$")
_SHELL_SCRIPT = re.compile(r"\.(?:sh|bash|zsh)$")
_LOOKED_INTO = re.compile(r"bash|sh|dash|.*\.(?:sh|bash)")  # shells whose scripts we may be able to read
_MOST_WRAPPERS = 20
_COMMAND = re.compile(r"[\w.+-]+")  # found on PATH, not by its path
_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What a command starts, its words as written; `folder` is where an option moves it first.

    programs: groups of commands, one of each of which a project of the repository has to declare, or we can't
    look into it. hints: words that may be such a command, or just a value. make: the arguments of make.
    shell: a script that a new shell runs, in a language that we may be able to read.
    plain: Python itself is told which script or module to run, and finds its neighbours first.
    """

    scripts: tuple[str, ...] = ()
    modules: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    installs: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    programs: tuple[tuple[str, ...], ...] = ()
    hints: tuple[str, ...] = ()
    make: tuple[str, ...] | None = None
    shell: str = ""
    folder: str = ""
    plain: bool = False
    runs_python: bool = False
    opaque: bool = False


_NOTHING = Launch()


def is_makefile(word: str) -> bool:
    """Whether the word names a Makefile by one of the names that make looks for."""
    return word.rpartition("/")[2] in programs.MAKEFILES


def recognise(words: Sequence[str], depth: int = 0) -> Launch:  # noqa: C901, PLR0911  # one line per kind of program
    """What the simple command starts; `depth` counts the wrappers around it."""
    program = words[0].rpartition("/")[2] if words[0] != "." else "."
    rest = words[1:]
    if programs.PYTHON.fullmatch(program):
        return _python(rest)
    if program in programs.TESTERS:
        return _tests(rest)
    if program in ("pip", "pip3") or (program == "uv" and rest[:1] == ("pip",)):
        return _install(rest)
    if program in programs.WRAPPERS:
        return _wrapped(program, rest, depth)
    if program == "ray" and tuple(rest[:2]) == ("job", "submit"):
        return _wrapped(program, rest[2:], depth)
    if program in programs.LAUNCHERS:
        launch = _launched(rest)
        folder = _folder(rest) if program == "papermill" else ""  # `--cwd`: for the notebook, not for its path
        return replace(launch, installs=(folder,)) if folder else launch
    if program in programs.MAKE:
        return Launch(make=tuple(rest))
    if _only_prepares(program, rest):
        return _NOTHING
    if program in programs.SHELLS or _SHELL_SCRIPT.search(program):
        by_name = _SHELL_SCRIPT.search(program) is not None
        launch = _shell(words if by_name else rest)
        if launch.scripts == (words[0 if by_name else 1],) and _LOOKED_INTO.fullmatch(program):
            return Launch(shell=launch.scripts[0], others=launch.others)
        return launch
    if _SCRIPT.search(words[0]):
        return Launch(scripts=(words[0],), others=tuple(rest), runs_python=True)
    if program in programs.HARMLESS or program.startswith("#"):
        return Launch(others=tuple(rest)) if program == "find" else _NOTHING
    return _unknown(words)


def _only_prepares(program: str, rest: Sequence[str]) -> bool:
    """Entering a virtual environment, or fetching and reading data."""
    first = rest[0] if rest else ""
    if program in ("source", "."):
        return first.endswith("/activate")
    return first in {"dvc": programs.DVC_TRANSFERS, "mlgitlab": programs.OWN_READERS}.get(program, frozenset())


def _unknown(words: Sequence[str]) -> Launch:
    modules = (words[1].strip(","),) if words[0] in ("import", "from") and len(words) > 1 else ()
    if modules or not _COMMAND.fullmatch(words[0]):
        return Launch(others=tuple(words), modules=modules, hints=tuple(words), opaque=True)
    return Launch(others=tuple(words), hints=tuple(words[1:]), programs=((words[0],),))


def _python(words: Sequence[str], *, isolated: bool = False) -> Launch:
    for position, word in enumerate(words):
        rest = words[position + 1 :]
        if word.startswith("--") and word != "--":
            continue
        if word == "-" or not word.startswith("-"):
            break
        isolated |= bool(re.match(r"-[a-zA-Z]*[IP]", word))
        option = re.search(r"[cmWX]", word[1:])
        if option is None:
            continue
        value, after = (word[option.end() + 1 :], rest) if word[option.end() + 1 :] else ((*rest, "")[0], rest[1:])
        if option[0] == "m":
            return replace(_module(value, after), plain=not isolated)
        if option[0] == "c":
            return Launch(
                modules=tuple(ref.module for ref in _imports_in(value)),
                others=tuple(after),
                runs_python=True,
                opaque=True,
            )
        if value in rest[:1]:  # -W and -X with their value as the next word
            return _python(after, isolated=isolated)
    else:
        return Launch(runs_python=True, opaque=not words or not set(words) <= {"--version", "-V", "-VV"})
    if word == "-":
        return Launch(others=tuple(rest), runs_python=True, opaque=True)
    return Launch(scripts=(word,), others=tuple(rest), runs_python=True, plain=not isolated)


def _imports_in(code: str) -> Sequence[Reference]:
    return (*strings.embedded_imports(code), *strings.embedded_imports("\n" + code.replace(";", "\n")))


def _module(name: str, rest: Sequence[str]) -> Launch:
    # The repository may hold a package of the program's name, and Python would find it first.
    if name in programs.TESTERS or name == "pip" or name in programs.LAUNCHERS:
        launch = _tests(rest) if name in programs.TESTERS else _install(rest) if name == "pip" else _launched(rest)
        return replace(launch, modules=(name, *launch.modules))
    if not _DOTTED.fullmatch(name):
        return Launch(others=tuple(rest), runs_python=True, opaque=True)
    return Launch(modules=(name,), others=tuple(rest), runs_python=True)


def _launched(words: Sequence[str]) -> Launch:
    """The first script among the arguments, or the module after `-m`."""
    for position, word in enumerate(words):
        if word in ("-m", "--module") and position + 1 < len(words):
            after = words[position + 1 :]
            if after[0] in programs.TESTERS:
                return _tests(after[1:])
            # Options may stand between `-m` and the name: every word that could be it counts.
            names = after[:1] if _DOTTED.fullmatch(after[0]) else [w for w in after if _DOTTED.fullmatch(w)]
            return Launch(modules=tuple(names), others=tuple(words), runs_python=True, opaque=len(names) != 1)
        if _SCRIPT.search(word) and not word.startswith("-"):
            return Launch(scripts=(word,), others=tuple(words[position + 1 :]), runs_python=True)
    served = tuple(word.partition(":")[0] for word in words if re.fullmatch(r"[\w.]+:\w+(?:\(\))?", word))
    return Launch(modules=served, others=tuple(words), hints=tuple(words), runs_python=True, opaque=True)


def _wrapped(wrapper: str, words: Sequence[str], depth: int) -> Launch:
    found = wrappers.wrapped(wrapper, words)
    folder = _folder(words)
    if found.quiet:
        return Launch(others=tuple(words), folder=folder)
    if not found.command or depth > _MOST_WRAPPERS:
        groups = (found.perhaps,) if found.perhaps else ()
        return Launch(others=tuple(words), programs=groups, folder=folder, opaque=not groups)
    launch = _module(found.command[0], found.command[1:]) if found.module else recognise(found.command, depth + 1)
    if wrapper in programs.TASK_RUNNERS and launch == _NOTHING:  # a task may be called `test`, as commands are
        launch = Launch(others=tuple(words), programs=(found.command[:1],))
    launch = replace(launch, hints=(*launch.hints, *found.perhaps), plain=launch.plain or found.module)
    return _moved(launch, folder)


def _moved(launch: Launch, folder: str) -> Launch:
    return replace(launch, folder=launch.folder or folder) if folder else launch


def _folder(words: Sequence[str]) -> str:
    for position, word in enumerate(words):
        option, equals, value = word.partition("=")
        if option in programs.FOLDER_OPTIONS:
            return value if equals else (*words[position + 1 :], "")[0]
    return ""


def _shell(words: Sequence[str]) -> Launch:
    for position, word in enumerate(words):
        if word.startswith("-") and "c" in word.strip("-") and not word.startswith("--"):
            return Launch(others=tuple(part for text in words[position + 1 :] for part in text.split()), opaque=True)
        if not word.startswith("-"):
            return Launch(scripts=(word,), others=tuple(words[position + 1 :]), opaque=True)
    return Launch(opaque=True)


def _tests(words: Sequence[str]) -> Launch:
    targets: list[str] = []
    rest = iter(words)
    modules: list[str] = []
    for word in rest:
        if word in programs.VALUED_TEST_OPTIONS:
            value = next(rest, "")
            modules += [value] if word == "-p" and not value.startswith("no:") else []
        elif word.startswith("-p") and not word.startswith("-pno:"):
            modules.append(word[2:])
        elif word == "--pyargs":
            targets.append("")
        elif not word.startswith("-"):
            targets.append(word)
    return Launch(tests=tuple(targets or ("",)), modules=tuple(modules), others=tuple(words), runs_python=True)


def _install(words: Sequence[str]) -> Launch:
    """`pip install -e libs/a` makes that project's modules importable."""
    if "install" not in words:
        return _NOTHING
    local = [w.partition("[")[0] for w in words if w.startswith((".", "/")) or ("/" in w and "://" not in w)]
    return Launch(installs=tuple(path or "." for path in local), opaque=bool(local))
