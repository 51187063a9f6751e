"""Which modules and scripts a Python source can load, read from its tree without running it."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterable
from itertools import pairwise

from mlgitlab.analysis import configured, dynamic, processes, search_path, strings
from mlgitlab.analysis.reads import reads_of
from mlgitlab.analysis.references import Anchor, Extent, Imports, Place, Reference
from mlgitlab.analysis.values import Bindings

# Names of functions that start a process or execute a file: a script's name may then mean any file so called.
_RUNNERS = frozenset(
    {"subprocess", "system", "popen", "Popen", "check_call", "check_output", "create_subprocess_exec"}
    | {"create_subprocess_shell", "exec", "execfile", "run_path", "spec_from_file_location", "SourceFileLoader"}
    | {"load_source", "execv", "execve", "execvp", "execvpe", "execl", "execlp", "spawnl", "spawnv", "startfile"}
    | {"execute_notebook", "run_notebook", "chdir"}
)
# Whoever mentions these without calling them on the spot may call them later with any name.
IMPORTERS = frozenset({"import_module", "__import__"})
_TELLING = frozenset(
    {ast.Import, ast.ImportFrom, ast.Call, ast.Constant, ast.JoinedStr, ast.Assign, ast.AnnAssign, ast.AugAssign}
    | {ast.For, ast.comprehension, ast.Name, ast.Attribute, ast.Expr, ast.List, ast.Tuple, ast.arg, ast.BinOp}
)
_LEAVES = frozenset({ast.Import, ast.ImportFrom, ast.Constant, ast.Name, ast.Load, ast.Store, ast.Pass})
# Whoever touches these decides for others how imports are found; the first two are lists of `sys`.
_HOOKS = frozenset({"meta_path", "path_hooks"})
_MACHINERY = frozenset({"PathFinder", "FileFinder", "zipimporter"})
# Whoever mentions these may load what installed projects register.
_ENTRY_POINTS = frozenset(
    {"entry_points", "iter_entry_points", "load_setuptools_entrypoints", "ExtensionManager", "DriverManager"}
    | {"NamedExtensionManager", "EnabledExtensionManager", "DispatchExtensionManager", "HookManager"}
)
# A package that says so is spread over several roots.
_SHARING = frozenset({"extend_path", "declare_namespace"})
_PATH = re.compile(r"(?:[\w.-]+/)+[\w-]+")
_ENDINGS = tuple(f".{ending}" for ending in strings.SCRIPT_ENDINGS)
_COMMAND = re.compile(r"[A-Za-z][\w.+-]*")
# A source with one of these, or with one of `dynamic` or `search_path`, is read as a tree (see `scan`).
NAMES = _RUNNERS | IMPORTERS | _HOOKS | _MACHINERY | _ENTRY_POINTS | _SHARING | configured.NAMES
NAMES |= {"custom_imports", "pytest_plugins", "modules", "__getattr__"}


def imports_of(source: bytes | str) -> Imports:
    """Everything that the source can load; more than it will, never less, as far as its text shows it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Imports(unparsable=True)
    return _Reading(_telling_nodes(tree)).imports()


def _telling_nodes(tree: ast.AST) -> list[ast.AST]:
    """The nodes of the kinds that matter here, parents before their children: most of a tree is left out."""
    found: list[ast.AST] = []
    pending = [tree]
    while pending:
        node = pending.pop()
        kind = type(node)
        if kind in _TELLING:
            found.append(node)
        if kind in _LEAVES:
            continue
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                pending.extend(item for item in value if isinstance(item, ast.AST))
            elif isinstance(value, ast.AST):
                pending.append(value)
    return found


def _is_near(edits: search_path.Edits) -> bool:
    """Whether a folder is added by its path from the working folder."""
    return any(place.anchor is Anchor.PROCESS for place in edits.roots)


class _Reading:
    def __init__(self, nodes: list[ast.AST]) -> None:
        self._nodes = nodes
        self._bindings = Bindings(nodes)
        named = self._bindings.modules.items()
        self._importers = IMPORTERS | {name for name, full in named if full.rpartition(".")[2] in IMPORTERS}
        self._references: set[Reference] = set()
        self._modules: set[str] = set()
        self._scripts: set[str] = set()
        self._paths: set[str] = set()  # of what may be a script without an ending
        self._programs: set[str] = set()
        self._roots: set[Place] = set()  # for the processes that it starts
        self._python_path = False  # it may set the module path of those in a way that we don't follow
        self._entry_points = False
        self._shares_package = False
        self._seen: set[int] = set()  # nodes that their parent has dealt with
        self._runs_scripts = False
        self._partial_script = False
        self._everything = False
        self._arguments = False
        self._opaque = False
        self._moves = False  # it changes the working folder

    def imports(self) -> Imports:
        for node in self._nodes:  # parents come before their children
            self._visit(node)
        edits = search_path.edits_of(self._nodes, self._bindings)
        filled = configured.configured(self._nodes, self._bindings)
        return Imports(
            references=tuple(sorted(self._references)),
            scripts=tuple(sorted(self._scripts | self._paths if self._runs_scripts else self._scripts)),
            runs_scripts=self._runs_scripts,
            roots=tuple(sorted({*edits.roots, *self._roots})),
            any_root=edits.any_root or (self._python_path and self._runs_scripts) or (self._moves and _is_near(edits)),
            everything=self._everything or edits.everything or (self._partial_script and self._runs_scripts),
            arguments=self._arguments,
            programs=tuple(sorted(self._programs)) if self._runs_scripts else (),
            entry_points=self._entry_points,
            fills=filled.fills,
            takes_configs=filled.takes_configs,
            unknown_configs=filled.unknown_configs,
            config_folders=filled.config_folders,
            configs=filled.configs,
            shares_package=self._shares_package,
            reads=reads_of(self._nodes, self._bindings),
            opaque=self._opaque and self._runs_scripts,
            modules=tuple(sorted(self._modules)),
        )

    def _visit(self, node: ast.AST) -> None:  # noqa: C901  # one case per kind of node
        match node:
            case ast.Constant(value=str(text)) if id(node) not in self._seen:
                self._string(text)
            case ast.Name(id=name) | ast.Attribute(attr=name):
                self._mention(node, name)
            case ast.Expr(value=ast.Constant() as docstring):
                self._seen.add(id(docstring))
            case ast.Import(names=names):
                self._references.update(Reference(module=alias.name) for alias in names)
                self._modules.update(alias.name.partition(".")[0] for alias in names)
                self._runs_scripts |= any(alias.name == "subprocess" for alias in names)
            case ast.ImportFrom():
                self._from(node)
            case ast.Call():
                self._call(node)
            case ast.Assign(targets=targets, value=value):
                self._assigned(targets, value)
            case ast.JoinedStr(values=parts):
                self._format(parts)
            case ast.List(elts=items) | ast.Tuple(elts=items):
                self._sequence(items)
            case ast.BinOp(right=ast.Constant(value=str(ending))):
                self._partial_script |= ending.startswith(_ENDINGS)
            case _:
                pass

    def _from(self, node: ast.ImportFrom) -> None:
        module = node.module or ""
        self._references.add(Reference(module=module, level=node.level))
        if not node.level:
            self._modules.add(module.partition(".")[0])
        for alias in node.names:
            self._runs_scripts |= alias.name in _RUNNERS or module == "subprocess"
            self._entry_points |= alias.name in _ENTRY_POINTS
            if alias.name == "*":
                self._references.add(Reference(module=module, level=node.level, extent=Extent.CHILDREN))
            else:
                self._references.add(Reference(module=f"{module}.{alias.name}".lstrip("."), level=node.level))

    def _mention(self, node: ast.AST, name: str) -> None:
        self._runs_scripts |= name in _RUNNERS
        self._moves |= name == "chdir"
        self._everything |= name in _MACHINERY or (name in _HOOKS and self._is_of_sys(node, name))
        self._entry_points |= name in _ENTRY_POINTS
        self._shares_package |= name in _SHARING
        self._everything |= name in self._importers and id(node) not in self._seen

    def _is_of_sys(self, node: ast.AST, name: str) -> bool:
        """Whether a name that others use for paths of their own (`meta_path = "meta.pkl"`) is that of `sys`."""
        if isinstance(node, ast.Name):
            return self._bindings.modules.get(name) == f"sys.{name}"
        owner = node.value if isinstance(node, ast.Attribute) else None
        if isinstance(owner, ast.Name) and (value := self._bindings.value(owner.id)) is not None:
            owner = value  # `s = sys`
        return not isinstance(owner, ast.Name | ast.Attribute) or self._bindings.qualified(owner) == "sys"

    def _call(self, node: ast.Call) -> None:
        self._seen.add(id(node.func))
        found = dynamic.call(node, self._bindings)
        self._references.update((*found.references, *found.perhaps))
        self._modules.update(ref.module.partition(".")[0] for ref in found.references if ref.module and not ref.level)
        self._everything |= found.everything
        self._arguments |= found.arguments
        started = processes.started(node, self._bindings)
        self._paths.update(started.files)
        self._opaque |= started.opaque
        self._partial_script |= started.unfinished
        self._python_path |= any(item.arg == "PYTHONPATH" for item in node.keywords)

    def _assigned(self, targets: Iterable[ast.expr], value: ast.expr) -> None:
        for target in targets:
            match target:
                case ast.Subscript(slice=ast.Constant(value="PYTHONPATH") as key):
                    self._seen.add(id(key))
                    place = self._bindings.place(value)
                    self._python_path |= place is None
                    self._roots.update(() if place is None else (place,))
                case ast.Name(id="pytest_plugins" | "custom_imports"):  # the second is of MMEngine's configurations
                    self._references.update(
                        Reference(module=leaf.value)
                        for leaf in ast.walk(value)
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                    )
                # A module that stands in for itself, or is given its `__getattr__`, is lazy: its parts load when used.
                case ast.Subscript(value=ast.Attribute(attr="modules"), slice=ast.Name(id="__name__")):
                    self._references.add(Reference(module="", level=1, extent=Extent.TREE))
                case ast.Name(id="__getattr__") | ast.Tuple(elts=[ast.Name(id="__getattr__"), *_]):
                    self._references.add(Reference(module="", level=1, extent=Extent.TREE))
                case _:
                    pass

    def _string(self, text: str) -> None:
        if text in IMPORTERS:
            self._everything = True
        self._python_path |= "PYTHONPATH" in text
        first = text.split(maxsplit=1)[0] if text.strip() else ""
        if _COMMAND.fullmatch(first):
            self._programs.add(first)
        elif _PATH.fullmatch(first):
            self._paths.add(first)
        references, scripts = strings.named_in(text)
        self._references.update(references)
        self._scripts.update(scripts)
        self._partial_script |= processes.is_unfinished(text, scripts)

    def _format(self, parts: list[ast.expr]) -> None:
        known = False  # whether the text before a part ends a folder or a word
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                first = strings.script_names(part.value)[:1]
                self._partial_script |= not known and part is not parts[0] and part.value.startswith((".py", *first))
                known = True
            else:
                known = False

    def _sequence(self, items: list[ast.expr]) -> None:
        self._partial_script |= processes.is_open(items, self._bindings)
        for option, value in pairwise(items):
            match option, value:
                case ast.Constant(value="-m"), _:
                    for text in self._bindings.texts(value):
                        self._references.update(strings.as_program(text.prefix) if text.complete else ())
                case ast.Constant(value="-c"), _:
                    for text in self._bindings.texts(value):
                        self._references.update(strings.embedded_imports(text.prefix))
                case _:
                    pass
