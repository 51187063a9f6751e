"""Imports made by calling a function: `import_module`, `runpy`, `pkgutil`, `exec` and their kin."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from mlgitlab.analysis import strings
from mlgitlab.analysis.references import Extent, Reference
from mlgitlab.analysis.values import OWN_PACKAGE, Bindings, Text
from mlgitlab.frozen import dataclass

_BY_NAME = frozenset(
    {"import_module", "run_module", "find_spec", "importorskip", "import_string", "import_object", "load_object"}
    | {"import_from_string", "symbol_by_name", "find_module", "find_loader", "get_loader", "lazy_import"}
)
_BY_PATH = frozenset({"run_path", "spec_from_file_location", "SourceFileLoader", "load_source", "execfile"})
_CODE = frozenset({"exec", "compile", "eval"})
_LAZY = frozenset({"LazyLoader", "lazy_module"})  # names of other kinds stand among their arguments
_LISTING = frozenset({"iter_modules", "walk_packages"})
# Functions of other projects that import what a configuration names.
_FROM_CONFIGURATION = frozenset({"pydoc.locate", "pkgutil.resolve_name"})
# What they load stands in files of their own format.
_UNSEEN = frozenset({"parse_config_file", "parse_config_files_and_bindings"})
# Arguments that name folders of code, which is sent along or found there; and functions for which the first one may.
_FOLDERS = frozenset({"code_path", "code_paths", "py_modules", "runtime_env", "source_dir"})
_FROM_FOLDER = frozenset({"load_dataset", "load_dataset_builder", "load_metric"})
_TRUSTING = "trust_remote_code"
# See `imports.NAMES`; a dotted name counts by its first part.
NAMES = (
    _LAZY | _BY_NAME | _BY_PATH | _CODE | _LISTING | _UNSEEN | {"__import__", "attach", "attach_stub", "hub", "initpkg"}
)
NAMES |= _FOLDERS | _FROM_FOLDER | {_TRUSTING}
NAMES |= {name.partition(".")[0] for name in _FROM_CONFIGURATION}
_ARGV = "sys.argv"
_OF_A_FILE = frozenset({"open", "compile", "str", "Path", "pathlib.Path", "io.open", "os.fspath"})
_OWN_TREE = Reference(module="", level=1, extent=Extent.TREE)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a call can load; `perhaps`, where the repository has such a folder, which may just be a name.

    arguments: a file that an argument of the command line names.
    """

    references: tuple[Reference, ...] = ()
    everything: bool = False
    perhaps: tuple[Reference, ...] = ()
    arguments: bool = False


_NOTHING = Loaded()
_EVERYTHING = Loaded(everything=True)
_ARGUMENTS = Loaded(arguments=True)


def call(node: ast.Call, bindings: Bindings) -> Loaded:  # noqa: PLR0911  # one line per kind of call
    """What the call can import; nothing for an ordinary call."""
    qualified = bindings.qualified(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    name = qualified.rpartition(".")[2]
    if name in _UNSEEN or (qualified == "torch.hub.load" and any(item.arg == "source" for item in node.keywords)):
        return _EVERYTHING
    if name in _BY_NAME or qualified in _FROM_CONFIGURATION:
        return _by_name(node, bindings, program=name == "run_module")
    if name == "__import__":
        return _dunder_import(node, bindings)
    if name in _BY_PATH:
        if any(_is_argument(arg, bindings) for arg in node.args):
            return _ARGUMENTS
        return _NOTHING if _names_script(node, bindings) else _EVERYTHING
    if qualified.removeprefix("builtins.") in _CODE:
        return _code(node, name, bindings)
    if name in _LISTING:
        return _listed(node, bindings)
    if name in _LAZY:
        texts = [text for arg in node.args for text in bindings.texts(arg) if text.complete and text.prefix]
        return Loaded(perhaps=tuple(Reference(module=text.prefix) for text in texts if text.prefix.isidentifier()))
    if name in ("attach", "attach_stub", "initpkg") and any(
        isinstance(arg, ast.Name) and arg.id == "__name__" for arg in node.args
    ):
        return Loaded((_OWN_TREE,))
    return Loaded(perhaps=tuple(_in_folders(node, name, bindings)))


def _in_folders(node: ast.Call, name: str, bindings: Bindings) -> Iterator[Reference]:
    """The code in the folders that the call names, where they are ours: transformers runs what lies there."""
    named = [item.value for item in node.keywords if item.arg in _FOLDERS]
    if name in _FROM_FOLDER or any(item.arg == _TRUSTING for item in node.keywords):
        named += node.args[:1]
    for leaf in (leaf for each in named for leaf in ast.walk(each) if isinstance(leaf, ast.Constant | ast.Name)):
        for text in bindings.texts(leaf):
            parts = [part for part in text.prefix.split("/") if part not in ("", ".", "..")]
            if text.complete and parts and all(part.isidentifier() for part in parts):
                yield Reference(module=".".join(parts), extent=Extent.TREE)


def _argument(node: ast.Call, position: int, keyword: str) -> ast.expr | None:
    if len(node.args) > position:
        found = node.args[position]
        return None if isinstance(found, ast.Starred) else found
    return next((item.value for item in node.keywords if item.arg == keyword), None)


def _by_name(node: ast.Call, bindings: Bindings, *, program: bool) -> Loaded:
    wanted = _argument(node, 0, "name") or _argument(node, 0, "mod_name") or _argument(node, 0, "modname")
    if wanted is None or isinstance(node.args[0] if node.args else None, ast.Starred):
        return _EVERYTHING
    package = _argument(node, 1, "package")
    inside = bindings.texts(package) if package is not None else (Text(OWN_PACKAGE, complete=True),)
    return _named(bindings.texts(wanted), inside, program=program)


def _named(names: Sequence[Text], packages: Sequence[Text], *, program: bool = False) -> Loaded:
    found: list[Reference] = []
    for name in names:
        for package in packages:
            reference = _reference(name, package)
            if reference is None:
                return _EVERYTHING
            found.append(reference)
            if program:
                found += strings.as_program(reference.module)
    return Loaded(tuple(found))


def _reference(name: Text, package: Text) -> Reference | None:
    """The reference for a name, as far as it is known; None when it may be any module."""
    extent = Extent.MODULE if name.complete else Extent.TREE
    if name.prefix.startswith(OWN_PACKAGE):
        return Reference(module=name.prefix[1:].strip(".") if name.complete else "", level=1, extent=extent)
    # What follows the last dot of a name that goes on is only the beginning of a module's name.
    text = name.prefix if name.complete else name.prefix[: name.prefix.rfind(".") + 1]
    module = text.lstrip(".")
    level = len(text) - len(module)
    module = module.partition(":")[0].rstrip(".")
    if level and package.prefix != OWN_PACKAGE:
        return _inside(package, module, level, extent)
    return Reference(module=module, level=level, extent=extent) if module or level else None


def _inside(package: Text, module: str, level: int, extent: Extent) -> Reference | None:
    if not package.complete or package.prefix.startswith(OWN_PACKAGE):
        return None
    parts = package.prefix.split(".")
    kept = parts[: len(parts) - (level - 1)]
    return Reference(module=".".join([*kept, module]).strip("."), extent=extent)


def _dunder_import(node: ast.Call, bindings: Bindings) -> Loaded:
    wanted = _argument(node, 0, "name")
    level = _argument(node, 4, "level")
    if wanted is None or (level is not None and not isinstance(level, ast.Constant)):
        return _EVERYTHING
    dots = level.value if isinstance(level, ast.Constant) and isinstance(level.value, int) else 0
    names = [Text("." * max(dots, 0) + text.prefix, text.complete) for text in bindings.texts(wanted)]
    loaded = _named(names, (Text(OWN_PACKAGE, complete=True),))
    if _argument(node, 3, "fromlist") is None:
        return loaded
    members = (
        Reference(module=r.module, level=r.level, extent=max(r.extent, Extent.CHILDREN)) for r in loaded.references
    )
    return Loaded((*loaded.references, *members), loaded.everything)


def _names_script(node: ast.AST, bindings: Bindings, depth: int = 0) -> bool:
    """Whether a literal path of a script is part of the expression (the string itself is collected elsewhere)."""
    for leaf in ast.walk(node):
        match leaf:
            case ast.JoinedStr():
                return False
            case ast.Constant(value=str(text)) if strings.is_script_name(text) and text != ".py":
                return True
            case ast.Name(id=name) if depth < 5 and (value := bindings.value(name)) is not None:
                if _names_script(value, bindings, depth + 1):
                    return True
    return False


def _is_argument(node: ast.expr, bindings: Bindings, depth: int = 0) -> bool:
    """Whether it is an argument of the command line, or the text of the file that one names."""
    match node:
        case ast.Name(id=name) if (loop := bindings.loop(name)) is not None:
            return bindings.qualified(_unsliced(loop)) == _ARGV
        case ast.Name(id=name) if depth < 5 and (value := bindings.value(name)) is not None:
            return _is_argument(value, bindings, depth + 1)
        case ast.Subscript(value=whole, slice=ast.Constant(value=int())):
            return bindings.qualified(whole) == _ARGV
        case ast.Call(func=ast.Attribute(attr="read" | "read_text" | "read_bytes", value=inner)):
            return _is_argument(inner, bindings, depth + 1)
        case ast.Call(func=function, args=[inner, *_]) if bindings.qualified(function) in _OF_A_FILE:
            return _is_argument(inner, bindings, depth + 1)
    return False


def _unsliced(node: ast.expr) -> ast.expr:
    """What a slice is taken of: `x` of `x[1:]`."""
    match node:
        case ast.Subscript(value=whole, slice=ast.Slice()):
            return whole
        case _:
            return node


def _code(node: ast.Call, name: str, bindings: Bindings) -> Loaded:
    source = node.args[0] if node.args else None
    if source is None or _names_script(source, bindings):
        return _NOTHING
    if _is_argument(source, bindings):
        return _ARGUMENTS
    texts = bindings.texts(source)
    if any(importer in text.prefix for text in texts for importer in ("__import__", "import_module")):
        return _EVERYTHING
    if all(text.complete for text in texts):
        return Loaded(tuple(ref for text in texts for ref in strings.embedded_imports(text.prefix)))
    if name == "eval" and not any(isinstance(leaf, ast.Call) for leaf in ast.walk(source)):
        return _NOTHING  # an expression: it can only reach modules that something else has imported
    return _EVERYTHING


def _listed(node: ast.Call, bindings: Bindings) -> Loaded:
    where = _argument(node, 0, "path")
    match where:
        case ast.Name(id="__path__"):
            return Loaded((_OWN_TREE,))
        case ast.Attribute(attr="__path__", value=package) if qualified := bindings.qualified(package):
            return Loaded((Reference(module=qualified, extent=Extent.TREE),))
    return _EVERYTHING
