"""Programs that build objects from names in a configuration: Hydra, LightningCLI and jsonargparse.

What they load stands in files of configuration. Where such files can be told from the source, those count;
where one is read from anywhere else, nobody can say what it names.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from mlgitlab.analysis import strings
from mlgitlab.analysis.references import Anchor, Place
from mlgitlab.analysis.values import Bindings
from mlgitlab.frozen import dataclass

_BUILDERS = frozenset({"instantiate", "call", "get_class", "get_method", "get_object"})
_INITIALIZERS = frozenset({"main", "initialize"})  # their folder is relative to the source
# Command lines that take files of configuration and names of classes.
_COMMAND_LINES = frozenset({"LightningCLI", "ArgumentParser", "CLI", "auto_cli", "auto_parser", "ActionConfigFile"})
_LOADERS = frozenset({"load", "loads", "safe_load", "full_load", "unsafe_load", "load_all", "safe_load_all"})
_LOADING_MODULES = frozenset(
    {"yaml", "json", "omegaconf", "OmegaConf", "toml", "tomllib", "tomli", "ruamel", "anyconfig"}
)
# A source that mentions none of these has no part in it.
NAMES = frozenset(
    {"hydra", "hydra_zen", "hydra_main", "omegaconf", "OmegaConf", "yaml", "ruamel", "instantiate", "instantiate_class"}
    | {"jsonargparse", "LightningCLI", "LightningArgumentParser"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Configured:
    """What a source has to do with configurations; the fields are those of `Imports`."""

    fills: bool = False
    takes_configs: bool = False
    unknown_configs: bool = False
    config_folders: tuple[Place, ...] = ()
    configs: tuple[str, ...] = ()


_NOTHING = Configured()


def configured(nodes: Iterable[ast.AST], bindings: Bindings) -> Configured:
    """Read all calls and mentions of a source."""
    nodes = list(nodes)
    if not any(_mentions(node) for node in nodes):
        return _NOTHING
    found = [_call(node, bindings) if isinstance(node, ast.Call) else _mention(node, bindings) for node in nodes]
    texts = [node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    partial = any("_target_" in text or "class_path" in text for text in _formatted(nodes))
    return Configured(
        fills=any(each.fills for each in found),
        takes_configs=any(each.takes_configs for each in found),
        unknown_configs=partial or "default_env" in texts or any(each.unknown_configs for each in found),
        config_folders=tuple(sorted({place for each in found for place in each.config_folders})),
        configs=tuple(sorted({name for text in texts for name in strings.config_names(text)})),
    )


def _mentions(node: ast.AST) -> bool:
    match node:
        case ast.Import(names=names):
            return any(not NAMES.isdisjoint(alias.name.split(".")) for alias in names)
        case ast.ImportFrom(module=module, names=names):
            return not NAMES.isdisjoint((*(module or "").split("."), *(alias.name for alias in names)))
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in NAMES
        case _:
            return False


def _mention(node: ast.AST, bindings: Bindings) -> Configured:
    """Whoever mentions a builder may call it by another name, or derive from it."""
    names: list[str] = []
    match node:
        case ast.ImportFrom(module=str(module), names=aliases):
            names = [f"{module}.{alias.name}" for alias in aliases]
        case ast.Name() | ast.Attribute():
            names = [bindings.qualified(node)]
        case _:
            pass
    for qualified in names:
        top, _, rest = qualified.partition(".")
        name = rest.rpartition(".")[2]
        if {"LightningCLI", "LightningArgumentParser"} & {top, name} or (
            top == "jsonargparse" and name in _COMMAND_LINES
        ):
            return Configured(fills=True, takes_configs=True)
        if {"instantiate", "instantiate_class"} & {top, name} or (top == "hydra" and name in _BUILDERS):
            return Configured(fills=True)
    return _NOTHING


def _formatted(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.JoinedStr):
            yield from (str(part.value) for part in node.values if isinstance(part, ast.Constant))


def _call(node: ast.Call, bindings: Bindings) -> Configured:
    qualified = bindings.qualified(node.func) or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    package, _, name = qualified.rpartition(".")
    top = qualified.partition(".")[0]
    if top in ("hydra", "hydra_zen"):
        return _hydra(node, name, bindings)
    if name == "hydra_main":
        return _folder(_argument(node, "config_path"), bindings, beside=True)
    if any(item.arg == "default_env" for item in node.keywords):
        return Configured(unknown_configs=True)
    if name in _LOADERS and not _LOADING_MODULES.isdisjoint(package.split(".")):
        return Configured(unknown_configs=not _names_config(node, bindings))
    return _NOTHING


def _hydra(node: ast.Call, name: str, bindings: Bindings) -> Configured:
    if name in _BUILDERS:
        return Configured(fills=True)
    if name in ("zen", "launch"):  # of hydra_zen
        return Configured(fills=True, takes_configs=name == "launch")
    if name in _INITIALIZERS:
        return _folder(_argument(node, "config_path"), bindings, beside=True)
    if name == "initialize_config_dir":
        where = _argument(node, "config_dir")
        return Configured(fills=True, unknown_configs=True) if where is None else _folder(where, bindings, beside=False)
    return Configured(fills=True, unknown_configs=True) if name == "initialize_config_module" else _NOTHING


def _folder(where: ast.expr | None, bindings: Bindings, *, beside: bool) -> Configured:
    """Hydra takes the source's own folder where none is given, or none at all where it is None."""
    if isinstance(where, ast.Constant) and where.value is None:
        return Configured(fills=True, takes_configs=True)
    place = Place(anchor=Anchor.PROCESS, path=".") if where is None else bindings.place(where)
    if place is None or "://" in place.path:
        return Configured(fills=True, unknown_configs=True)
    if beside and place.anchor is Anchor.PROCESS:
        place = Place(anchor=Anchor.FILE, path=f"../{place.path}")
    return Configured(fills=True, takes_configs=True, config_folders=(place,))


def _argument(node: ast.Call, keyword: str) -> ast.expr | None:
    if any(isinstance(arg, ast.Starred) for arg in node.args) or any(item.arg is None for item in node.keywords):
        return ast.Name(id="")  # nobody can tell
    given = next((item.value for item in node.keywords if item.arg == keyword), None)
    return node.args[0] if node.args else given


def _names_config(node: ast.Call, bindings: Bindings) -> bool:
    """Whether what is loaded is a file of configuration with a literal name (the name is collected elsewhere)."""
    return any(_is_config(leaf, bindings) for arg in node.args for leaf in ast.walk(arg))


def _is_config(leaf: ast.AST, bindings: Bindings) -> bool:
    texts = bindings.texts(leaf) if isinstance(leaf, ast.Constant | ast.Name) else ()
    return bool(texts) and all(text.complete and strings.config_names(text.prefix) == [text.prefix] for text in texts)
