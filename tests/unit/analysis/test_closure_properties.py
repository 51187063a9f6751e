"""Random packages: the closure is exactly what can be reached by construction."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.analysis.closure import closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot

FOLDERS = ("", "pa", "pa/pb", "qa", "qa/qb/qc")
MODULES = tuple(f"{folder}/m{number}.py".lstrip("/") for folder in FOLDERS for number in range(3))


def dotted(path: str) -> str:
    return path.removesuffix(".py").replace("/", ".")


def relative(importer: str, target: str) -> str:
    """`from ...x import m` for two modules of one top-level package; else an absolute import."""
    here, there = posixpath.dirname(importer).split("/"), posixpath.dirname(target).split("/")
    if not here[0] or here[0] != there[0]:
        return f"import {dotted(target)}"
    shared = len(posixpath.commonprefix([here, there]))
    dots = "." * (len(here) - shared + 1)
    return f"from {dots}{'.'.join(there[shared:])} import {dotted(target).rpartition('.')[2]}"


def statement(form: int, importer: str, target: str) -> str:
    name = dotted(target)
    package, _, leaf = name.rpartition(".")
    return [
        f"import {name}",
        f"from {package} import {leaf} as x" if package else f"import {leaf} as x",
        f"from {name} import anything",
        relative(importer, target),
        f"def f():\n    try:\n        import {name}\n    except ImportError:\n        pass",
        f"import importlib\nimportlib.import_module({name!r})",
        f"__import__({name!r})",
        f"if TYPE_CHECKING:\n    from {name} import T",
    ][form]


def packages_of(path: str, files: Mapping[str, str]) -> set[str]:
    parts = path.split("/")[:-1]
    return {f for n in range(1, len(parts) + 1) if (f := "/".join([*parts[:n], "__init__.py"])) in files}


def reachable(edges: Mapping[str, set[str]], files: Mapping[str, str], start: str) -> set[str]:
    found, pending = set[str](), [start]
    while pending:
        path = pending.pop()
        if path not in found:
            found.add(path)
            # The script itself is run by its path: the packages around it are not imported.
            pending += [each for target in edges.get(path, ()) for each in (target, *packages_of(target, files))]
    return found


@settings(max_examples=150, deadline=None)
@given(
    edges=st.dictionaries(
        st.sampled_from(MODULES),
        st.lists(st.tuples(st.sampled_from(MODULES), st.integers(0, 7)), max_size=4),
        max_size=len(MODULES),
    ),
    regular=st.sets(st.sampled_from([folder for folder in FOLDERS if folder])),
)
def test_the_closure_of_a_random_package_is_what_its_imports_reach(
    edges: dict[str, list[tuple[str, int]]], regular: set[str]
) -> None:
    files = {path: "\n".join(statement(form, path, to) for to, form in edges.get(path, ())) for path in MODULES}
    files |= {f"{folder}/__init__.py": "" for folder in regular}
    expected = reachable({path: {to for to, _ in targets} for path, targets in edges.items()}, files, "m0.py")

    found = closure_of(ImportGraph(DictSnapshot(files), MemoryParses()), entries_of(("python m0.py",)))

    assert set(found.files) == expected
    assert all(found.chain(path)[-1] == "m0.py" for path in found.files)
