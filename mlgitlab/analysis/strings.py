"""Modules and scripts that a plain string may name: registries, configurations, command lines."""

from __future__ import annotations

import re

from mlgitlab.analysis.references import Reference

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+")
_ANY_DOTTED = re.compile(rf"(?<!\w){_DOTTED.pattern}")
_BREAKS = r"\s'\"=;|&()<>,\[\]"  # what a path does not contain
SCRIPT_ENDINGS = ("py", "sh", "bash", "ipynb")
NATIVE_ENDINGS = ("cc", "cpp", "cu", "cxx", "so")  # of what a source builds, or loads with ctypes
# Each word is tried from its start alone: from everywhere, a long one would take the square of its length.
_SCRIPT = re.compile(rf"(?<![^{_BREAKS}])[^{_BREAKS}]*\.(?:{'|'.join((*SCRIPT_ENDINGS, *NATIVE_ENDINGS))})(?![\w.])")
_CONFIG = re.compile(rf"(?<![^{_BREAKS}{{}}:])[^{_BREAKS}{{}}:]+\.(?:ya?ml|json|jsonnet|toml)(?![\w.])")
_MODULE_OPTION = re.compile(r"(?:^|\s)-m[ =]*([^\W\d][\w.]*)")
_IMPORT_LINE = re.compile(
    r"(?:^|[;\n:])[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+([^\n;#]+)|import[ \t]+([\w., \t]+))"
)
# `data.csv` looks like an attribute of a module named `data`, and is a file in every project.
_DATA_ENDING = re.compile(
    r"bin|bmp|cfg|ckpt|conf|csv|dat|db|feather|gif|gz|h5|hdf5|html|ini|ipynb|joblib|jpe?g|js|jsonl?|lock|log|md|mp4|npy|npz"
    r"|onnx|parquet|pb|pdf|pickle|pkl|png|pth?|rst|safetensors|sh|sqlite|svg|tar|tfrecord|toml|tsv|txt|wav|xlsx|xml|ya?ml|zip"
)


def dotted_names(text: str) -> list[Reference]:
    """The module that a text such as `a.b.C` or `a.b:C` would name, if it has that form."""
    name = text.partition(":")[0] if text.count(":") == 1 else text
    if name != text and name.isidentifier():
        return [Reference(module=name)]
    if not _DOTTED.fullmatch(name):
        return []
    return [] if name.count(".") == 1 and _DATA_ENDING.fullmatch(name.rpartition(".")[2]) else [Reference(module=name)]


def script_names(text: str) -> list[str]:
    """The paths of scripts in a text, which may be a whole command line."""
    return [name for name in _SCRIPT.findall(text) if not name.startswith(".") or "/" in name]


def config_names(text: str) -> list[str]:
    """The paths of files of configuration in a text."""
    return _CONFIG.findall(text)


def argument_names(text: str) -> list[str]:
    """The dotted names in an argument, which may be a list or a mapping of them."""
    return [name for name in _ANY_DOTTED.findall(text) if not is_data_file(name)]


def is_data_file(name: str) -> bool:
    """Whether a dotted name ends as files of data do."""
    return _DATA_ENDING.fullmatch(name.rpartition(".")[2]) is not None


def named_in(text: str) -> tuple[list[Reference], list[str]]:
    """The modules and the scripts that a string constant of a program names."""
    dotted, scripts = (dotted_names(text), script_names(text)) if "." in text or ":" in text else ([], [])
    return ([*dotted, *embedded_imports(text)] if " " in text else dotted), scripts


def is_script_name(text: str) -> bool:
    """Whether the text is one script's path and nothing else."""
    return _SCRIPT.fullmatch(text) is not None


def embedded_imports(text: str) -> list[Reference]:
    """Imports in a text that may be code or a command line: `-m a.b`, `import a`, `from a import b`."""
    found = (
        [ref for name in _MODULE_OPTION.findall(text) for ref in as_program(name.strip("."))] if "-m" in text else []
    )
    if "import" not in text:
        return found
    for module, names, plain in _IMPORT_LINE.findall(text):
        if module and not module.startswith("."):
            members = [part.split()[0].strip("()") for part in names.split(",") if part.split()]
            found += [Reference(module=module), *(Reference(module=f"{module}.{name}") for name in members if name)]
        found += [Reference(module=part.split()[0]) for part in plain.split(",") if part.split()]
    return found


def as_program(module: str) -> list[Reference]:
    """What `python -m module` loads: the module and, if it is a package, its `__main__`."""
    return [Reference(module=module), Reference(module=f"{module}.__main__")]
