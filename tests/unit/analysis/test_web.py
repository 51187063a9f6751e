"""The shared web answers as a step's own walk does, or leaves the answer to it."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlgitlab.analysis import web_file
from mlgitlab.analysis.closure import Closure, closure_of
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.kept import KeptParses
from mlgitlab.analysis.loading import Loading, Spread, Walked
from mlgitlab.analysis.starter import Starter
from mlgitlab.analysis.weave import weave
from tests.caches import DictCache, MemoryParses
from tests.snapshots import DictSnapshot
from tests.unit.analysis.test_closure_properties import FOLDERS, MODULES, statement

EXTRAS = [
    "",
    "import sys\nsys.path.insert(0, 'pa')\n",
    "import importlib\nimportlib.import_module(name)\n",
    "import subprocess\nsubprocess.run(['python', 'qa/m1.py'])\n",
    "def broken(:\n",
    "import inspect\ninspect.getsource(f)\n",
]
STARTERS = [
    Starter(lines=("python m0.py",)),
    Starter(lines=("python pa/m1.py",)),
    Starter(lines=("python -m pa.pb.m2",)),
    Starter(lines=("PYTHONPATH=qa python -m m1",)),
    Starter(lines=("python pa/m0.py",), source_roots=("qa",)),
    Starter(lines=("pytest pa",)),
    Starter(lines=("python missing.py",)),
    Starter(lines=("./tool --fast",)),
]
projects = st.tuples(
    st.dictionaries(
        st.sampled_from(MODULES),
        st.lists(st.tuples(st.sampled_from(MODULES), st.integers(0, 7)), max_size=3),
        max_size=len(MODULES),
    ),
    st.dictionaries(st.sampled_from(MODULES), st.sampled_from(EXTRAS), max_size=2),
    st.sets(st.sampled_from([folder for folder in FOLDERS if folder])),
)
Project = tuple[dict[str, list[tuple[str, int]]], dict[str, str], set[str]]


def files_of(project: Project) -> dict[str, str]:
    edges, extras, regular = project
    files = {path: "\n".join(statement(form, path, to) for to, form in edges.get(path, ())) for path in MODULES}
    files = {path: f"{extras.get(path, '')}{text}\n" for path, text in files.items()}
    return files | {f"{folder}/__init__.py": "" for folder in regular}


def graph_of(files: Mapping[str, str]) -> ImportGraph:
    return ImportGraph(DictSnapshot(files), MemoryParses())


def walked(graph: ImportGraph, starter: Starter) -> Closure:
    return closure_of(graph, starter.entries(), starter.source_roots)


@settings(max_examples=200, deadline=None)
@given(projects)
def test_a_step_loads_the_same_by_the_web_and_by_a_walk_of_its_own(project: Project) -> None:
    graph = graph_of(files_of(project))
    loading = Loading(weave(graph, STARTERS), lambda: graph)
    for starter in STARTERS:
        loaded, walk = loading.of(starter), walked(graph, starter)
        assert set(loaded.files) == set(walk.files)
        assert set(loaded.among(MODULES)) == set(MODULES) & walk.files.keys()
        assert (loaded.missing, loaded.opaque) == (walk.missing, walk.opaque) or isinstance(loaded, Spread)
        assert loaded.opaque >= walk.opaque
        assert loaded.reads | walk.reads == loaded.reads
        for path in loaded.files:
            # Where a wildcard may load everything, the web still names a way that is certain.
            assert walk.wildcards or len(loaded.chain(path)) == len(walk.chain(path))
            assert loaded.chain(path)[0] == path


def test_the_web_does_answer_for_plain_projects() -> None:
    graph = graph_of({"pa/a.py": "from . import b", "pa/b.py": "import lib", "lib.py": "", "c.py": "import pa.a"})
    starters = [Starter(lines=("python c.py",)), Starter(lines=("python -m pa.a",)), Starter(lines=("python pa/a.py",))]
    loading = Loading(weave(graph, starters), lambda: graph)
    assert all(isinstance(loading.of(starter), Spread) for starter in starters[:2])
    assert isinstance(loading.of(starters[2]), Walked), "a relative import below a folder of its own is left to a walk"
    assert loading.of(starters[1]).chain("lib.py") == ("lib.py", "pa/b.py", "pa/a.py")


@settings(max_examples=100, deadline=None)
@given(projects, st.sampled_from(MODULES), st.sampled_from(MODULES))
def test_a_web_that_follows_a_change_of_one_file_is_the_web_of_the_new_files(
    project: Project, path: str, target: str
) -> None:
    old = files_of(project)
    new = {**old, path: f"{old[path]}\n{statement(0, path, target)}\n"}
    before = weave(graph_of(old), STARTERS)
    assert weave(graph_of(new), STARTERS, before, {path}) == weave(graph_of(new), STARTERS)


@settings(max_examples=50, deadline=None)
@given(projects)
def test_a_web_survives_being_written(project: Project) -> None:
    web = weave(graph_of(files_of(project)), STARTERS)
    kept = web_file.decode(web_file.encode(web))
    assert [kept.way(path, web.strands) for path in web.strands] == [web.way(path, web.strands) for path in web.strands]
    starts = [origin.files for origin in web.origins.values()]
    ways = [(path, start) for path in web.strands for start in starts]
    assert [kept.way(*way) for way in ways] == [web.way(*way) for way in ways]
    assert kept == web


@settings(max_examples=50, deadline=None)
@given(projects)
def test_parses_survive_being_written(project: Project) -> None:
    snapshot, cache = DictSnapshot(files_of(project)), DictCache()
    fresh, kept = MemoryParses(), KeptParses(cache)
    expected = weave(ImportGraph(snapshot, fresh), STARTERS)
    weave(ImportGraph(snapshot, kept), STARTERS)
    kept.save()
    snapshot.batches.clear()
    assert weave(ImportGraph(snapshot, KeptParses(cache)), STARTERS) == expected
    assert not [batch for batch in snapshot.batches if batch], "nothing is read twice"


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"names":[],"strands":[[]],"origins":{}}', b"\xff"])
def test_a_web_that_cannot_be_read_is_an_error_and_no_web(content: bytes) -> None:
    with pytest.raises((ValueError, TypeError, KeyError, IndexError)):
        web_file.decode(content)
