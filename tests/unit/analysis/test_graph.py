"""Links, submodules, chains and the cost of reading, over small source trees."""

from __future__ import annotations

import pytest

from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.entry import entries_of
from mlgitlab.analysis.graph import ImportGraph
from tests.caches import MemoryParses
from tests.snapshots import DictSnapshot


def close(snapshot: DictSnapshot, command: str = "python train.py") -> Closure:
    return closure_of(ImportGraph(snapshot, MemoryParses()), entries_of((command,)))


@pytest.mark.parametrize(
    ("files", "links", "expected"),
    [
        pytest.param(
            {"train.py": "import a.b", "shared/b.py": "import c", "c.py": ""},
            {"a": "shared"},
            {"train.py", "a", "shared/b.py", "c.py"},
            id="a folder",
        ),
        pytest.param(
            {"train.py": "import a", "shared/x.py": "import b", "b.py": ""},
            {"a.py": "shared/x.py"},
            {"train.py", "a.py", "shared/x.py", "b.py"},
            id="a file",
        ),
        pytest.param(
            {"train.py": "import p.q.m", "shared/m.py": "from .. import n", "p/n.py": "", "p/__init__.py": ""},
            {"p/q": "../shared"},
            {"train.py", "p/q", "shared/m.py", "p/n.py", "p/__init__.py"},
            id="a package in two places",
        ),
        pytest.param({"train.py": "import a.b"}, {"a": "b", "b": "a"}, {"train.py"}, id="a circle"),
        pytest.param({"train.py": "import a.b"}, {"a": "/etc"}, {"train.py"}, id="out of the repository"),
        pytest.param(
            {"train.py": "import a.self.self.m", "a/m.py": "from .self import m"},
            {"a/self": "."},
            {"train.py", "a/self", "a/m.py"},
            id="a folder in itself",
        ),
    ],
)
def test_a_symbolic_link_is_followed_and_counts(
    files: dict[str, str], links: dict[str, str], expected: set[str]
) -> None:
    assert set(close(DictSnapshot(files, links)).files) == expected


@pytest.mark.parametrize("source", ["import vendor.a.b", "sys.path.append('vendor')\nimport a", "import_module(n)"])
def test_a_submodule_on_the_way_counts_as_a_whole_and_is_opaque(source: str) -> None:
    found = close(DictSnapshot({"train.py": source}, submodules=["vendor"]))

    assert set(found.files) == {"train.py", "vendor"}
    assert found.opaque or found.wildcards


def test_a_script_inside_a_submodule_is_missing_and_the_submodule_counts() -> None:
    found = close(DictSnapshot({}, submodules=["vendor"]), "python vendor/train.py")

    assert (set(found.files), found.missing, found.opaque) == ({"vendor"}, ("vendor/train.py",), True)


def test_a_missing_script_is_named_and_a_file_that_ends_so_is_taken() -> None:
    found = close(DictSnapshot({"deep/models/train.py": ""}), "python models/train.py")

    assert (set(found.files), found.missing) == ({"deep/models/train.py"}, ("models/train.py",))


def test_a_chain_leads_from_a_file_to_the_entry() -> None:
    found = close(
        DictSnapshot({"train.py": "import a, b", "a.py": "import c", "b.py": "", "c.py": "import d", "d.py": ""})
    )

    assert found.chain("d.py") == ("d.py", "c.py", "a.py", "train.py")
    assert found.chain("elsewhere.py") == ()


def test_the_shortest_chain_is_kept() -> None:
    found = close(
        DictSnapshot(
            {"train.py": "import a, z", "a.py": "import b", "b.py": "import c", "z.py": "import c", "c.py": ""}
        )
    )

    assert found.chain("c.py") == ("c.py", "z.py", "train.py")


def test_a_dynamic_import_is_what_loads_the_rest() -> None:
    found = close(DictSnapshot({"train.py": "import a", "a.py": "import_module(n)", "x/y.py": ""}))

    assert found.wildcards == ("a.py",)
    assert found.chain("x/y.py") == ("x/y.py", "a.py", "train.py")


def test_files_are_read_once_and_a_level_at_a_time() -> None:
    files = {
        "train.py": "import a, b, c",
        "a.py": "import d",
        "b.py": "import d",
        "c.py": "import e",
        "d.py": "",
        "e.py": "",
    }
    snapshot = DictSnapshot(files)
    graph = ImportGraph(snapshot, MemoryParses())

    for _ in range(2):
        closure_of(graph, entries_of(("python train.py",)))

    assert snapshot.batches == [("train.py",), ("a.py", "b.py", "c.py"), ("d.py", "e.py")]


def test_base_and_head_share_what_was_parsed() -> None:
    parses = MemoryParses()
    base, head = (
        DictSnapshot({"train.py": "import a", "a.py": "1"}),
        DictSnapshot({"train.py": "import a", "a.py": "2"}),
    )

    for snapshot in (base, head):
        closure_of(ImportGraph(snapshot, parses), entries_of(("python train.py",)))

    assert head.batches == [("a.py",)]


def test_the_order_of_the_tree_does_not_matter() -> None:
    files = {"train.py": "import a, b", "a.py": "import c", "b.py": "import c", "c.py": "", "src/c.py": ""}

    one, other = close(DictSnapshot(files)), close(DictSnapshot(dict(reversed(files.items()))))

    assert list(one.files.items()) == list(other.files.items())


def test_a_module_that_the_repository_does_not_hold_is_opaque() -> None:
    files = DictSnapshot({"train.py": ""})

    assert close(files, "python -m mlflow run .").opaque
    assert not close(files, "python -m train").opaque


def test_many_files_are_read_as_a_few_are() -> None:
    sources = ("import m{n}", "from . import m{n}", "import importlib\nimportlib.import_module(x)", "(", "import yaml")
    files = {f"p/m{number}.py": sources[number % len(sources)].format(n=number) for number in range(1500)}
    files |= {"p/run.sh": "python p/m1.py", "p/unnamed": "#!/usr/bin/env python\nimport p.m2"}
    graph, few = (ImportGraph(DictSnapshot(files, links={"p/link.py": "m3.py"}), MemoryParses()) for _ in range(2))
    graph.prepare(graph.tree.entries)
    for path in few.tree.entries:
        few.prepare([path])
    assert {path: graph.imports(path) for path in files} == {path: few.imports(path) for path in files}
    assert {path: graph.name(path) for path in files} == {path: few.name(path) for path in files}
    assert graph.imports("p/link.py") == graph.imports("p/m3.py")
