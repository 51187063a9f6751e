"""Which changed distributions can be left aside."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.analysis.meaning import uv_lock
from mlgitlab.analysis.packages.known import Known
from mlgitlab.analysis.packages.reach import reach_of, unrelated

# scikit-learn needs numpy, mypy needs typing-extensions, streamlit needs pandas and click.
GRAPH = {
    "acme-plugin": ("click",),
    "black": ("click",),
    "click": (),
    "mypy": ("typing-extensions",),
    "numpy": (),
    "pandas": ("numpy",),
    "pyarrow": (),
    "pytest": (),
    "pytest-cov": ("pytest",),
    "ruff": (),
    "scikit-learn": ("numpy",),
    "setuptools": (),
    "streamlit": ("click", "pandas"),
    "torch": ("typing-extensions", "nvidia-cublas-cu12"),
    "nvidia-cublas-cu12": (),
    "typing-extensions": (),
}
PLAIN = {name: needs for name, needs in GRAPH.items() if name != "acme-plugin"}
TOOLS = {"black", "mypy", "pytest", "pytest-cov", "ruff"}
ALWAYS = {"nvidia-cublas-cu12", "setuptools"}
LOCKS = Path(__file__).parents[1] / "meaning" / "locks"


def aside(
    *imported: str,
    graph: dict[str, tuple[str, ...]] = PLAIN,
    mentioned: tuple[str, ...] = (),
    known: Known = Known(),  # noqa: B008 (frozen)
    is_closed: bool = True,
    has_graph: bool = True,
) -> set[str]:
    """Those that a step can leave aside where everything changed."""
    return set(
        unrelated(
            set(graph),
            lock=set(graph),
            requires=graph if has_graph else {},
            is_closed=is_closed,
            imported=imported,
            mentioned=mentioned,
            known=known,
        )
    )


def counts(*imported: str, mentioned: tuple[str, ...] = (), known: Known = Known()) -> set[str]:  # noqa: B008
    """Those of a lock without unknown distributions that count, but for what always does."""
    return set(PLAIN) - ALWAYS - aside(*imported, mentioned=mentioned, known=known)


@pytest.mark.parametrize(
    ("imported", "expected"),
    [
        pytest.param([], set(), id="nothing"),
        pytest.param(["numpy"], {"numpy"}, id="by name"),
        pytest.param(
            ["sklearn"], {"scikit-learn", "numpy"} | {"pandas", "pyarrow", "torch", "typing-extensions"}, id="by table"
        ),
        pytest.param(["pandas"], {"pandas", "numpy", "pyarrow"}, id="companions"),
        pytest.param(["torch.nn"], {"torch", "typing-extensions", "numpy"}, id="part of a package"),
        pytest.param(["mypy"], {"mypy", "typing-extensions"}, id="a tool that is imported"),
        pytest.param(["pytest"], {"pytest", "pytest-cov"}, id="a tool with plugins"),
        pytest.param(["typing_extensions"], {"typing-extensions"}, id="underscores"),
    ],
)
def test_what_an_import_reaches_counts(imported: list[str], expected: set[str]) -> None:
    assert counts(*imported) == expected


@pytest.mark.parametrize("text", ["pytest", "python -m pytest -q", "pytest.main", "run: pytest.", "_pytest"])
def test_what_is_mentioned_counts(text: str) -> None:
    assert counts(mentioned=(text,)) == {"pytest", "pytest-cov"}


def test_a_module_counts_as_a_mention_of_its_distribution() -> None:
    assert counts(mentioned=("sklearn",)) >= {"scikit-learn", "numpy"}
    assert counts(mentioned=("nothing", "known", "here")) == set()


@pytest.mark.parametrize("has_graph", [True, False])
@pytest.mark.parametrize("is_closed", [True, False])
def test_some_always_count(has_graph: bool, is_closed: bool) -> None:
    assert not ALWAYS & aside(has_graph=has_graph, is_closed=is_closed)


def test_an_unknown_distribution_counts_and_all_that_it_needs() -> None:
    assert {"acme-plugin", "click"}.isdisjoint(aside("numpy", graph=GRAPH))
    assert {"streamlit", "ruff"} <= aside("numpy", graph=GRAPH)


def test_the_user_can_make_a_distribution_known() -> None:
    known = Known(modules={"acme": ("Acme_Plugin",)})

    assert {"acme-plugin", "click"} <= aside("numpy", graph=GRAPH, known=known)
    assert {"acme-plugin", "click"}.isdisjoint(aside("acme", graph=GRAPH, known=known))
    assert {"acme-plugin", "click"}.isdisjoint(aside(graph=GRAPH, known=known, mentioned=("acme",)))


@pytest.mark.parametrize("entry", ["Acme.Plugin", "acme-*"])
def test_the_user_can_say_that_a_distribution_never_matters(entry: str) -> None:
    known = Known(unrelated=frozenset({entry}))

    assert {"acme-plugin", "click"} <= aside("numpy", graph=GRAPH, known=known)
    assert "acme-plugin" in aside("acme_plugin", graph=GRAPH, known=known)


def test_a_module_from_nowhere_leaves_only_tools_aside() -> None:
    assert aside("numpy", "nowhere") == TOOLS - {"pytest-cov"}


def test_without_a_graph_only_tools_are_left_aside() -> None:
    assert aside("numpy", has_graph=False) == TOOLS
    assert aside("pytest", has_graph=False) == TOOLS - {"pytest", "pytest-cov"}
    assert aside("numpy", "nowhere", has_graph=False) == {"ruff"}


def test_in_an_open_resolution_only_what_needs_nothing_is_left_aside() -> None:
    assert aside("numpy", is_closed=False) == {"ruff"}
    assert aside("numpy", is_closed=False, has_graph=False) == {"ruff"}


def test_a_graph_that_lacks_what_is_reached_is_none() -> None:
    graph = {name: needs for name, needs in PLAIN.items() if name != "numpy"}

    found = unrelated(
        {"click", "ruff"},
        lock=set(PLAIN),
        requires=graph,
        is_closed=True,
        imported=["numpy"],
        mentioned=[],
        known=Known(),
    )

    assert found == {"ruff"}


def test_what_left_the_lock_is_judged_as_well() -> None:
    found = unrelated(
        {"gone", "pytest-mock", "pillow"},
        lock={"numpy"},
        requires={"numpy": (), "gone": (), "pytest-mock": (), "pillow": ()},
        is_closed=True,
        imported=["numpy", "PIL"],
        mentioned=[],
        known=Known(),
    )

    assert found == {"pytest-mock"}


@pytest.mark.parametrize(
    ("package", "expected"), [("pip", False), ("unknown", False), ("ruff", True), ("pillow", True)]
)
def test_what_was_never_in_the_lock_is_judged_alike(package: str, expected: bool) -> None:
    graph = {"numpy": ()}
    reach = reach_of(lock=graph, requires=graph, is_closed=True, imported=["numpy"], mentioned=[], known=Known())

    assert reach.leaves_aside(package) is expected


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("numpy", ("sklearn", "scikit-learn", "numpy")),
        ("scikit-learn", ("sklearn", "scikit-learn")),
        ("click", ("black", "click")),
        ("pytest", ("_pytest", "pytest")),
        ("acme-plugin", ("acme-plugin",)),
        ("mypy", ()),
        ("elsewhere", ()),
    ],
)
def test_the_chain_says_what_leads_to_a_distribution(package: str, expected: tuple[str, ...]) -> None:
    graph = {**GRAPH, "acme-plugin": ()}
    reach = reach_of(
        lock=graph, requires=graph, is_closed=True, imported=["sklearn", "black"], mentioned=["_pytest"], known=Known()
    )

    assert reach.why(package) == expected
    assert reach.unmapped == ()


def test_a_bump_of_a_linter_is_left_aside_and_one_of_numpy_is_not() -> None:
    sides = [uv_lock.KIND.read((LOCKS / side / "uv.lock").read_bytes()) for side in ("base", "ruff")]
    requires = {name: needs for side in sides if side for name, needs in side.requires.items()}

    found = unrelated(
        {"ruff", "numpy"},
        lock=requires,
        requires=requires,
        is_closed=True,
        imported=["pandas"],
        mentioned=[],
        known=Known(),
    )

    assert found == {"ruff"}


NAMES = sorted({*GRAPH, "unknown-a", "unknown-b", "pillow"})
GRAPHS = st.fixed_dictionaries({name: st.lists(st.sampled_from(NAMES), max_size=2).map(tuple) for name in NAMES})
IMPORTS = st.sets(
    st.sampled_from(["sklearn", "numpy", "pandas", "torch", "PIL", "pytest", "nowhere", "unknown_a"]), max_size=3
)


def test_of_a_lock_without_end_nothing_is_left_aside() -> None:
    graph: dict[str, tuple[str, ...]] = {"ruff": (), **{f"a{number}": () for number in range(20_000)}}

    assert aside("numpy", graph=graph) == set()


@given(graph=GRAPHS, imported=IMPORTS, further=IMPORTS, is_closed=st.booleans(), has_graph=st.booleans())
def test_a_further_import_never_leaves_more_aside(
    graph: dict[str, tuple[str, ...]], imported: set[str], further: set[str], is_closed: bool, has_graph: bool
) -> None:
    less = aside(*imported, graph=graph, is_closed=is_closed, has_graph=has_graph)

    assert aside(*imported, *further, graph=graph, is_closed=is_closed, has_graph=has_graph) <= less
    assert aside(*imported, graph=graph, mentioned=tuple(further), is_closed=is_closed, has_graph=has_graph) <= less


@given(graph=GRAPHS, imported=IMPORTS, source=st.sampled_from(NAMES), target=st.sampled_from(NAMES))
def test_a_further_edge_never_leaves_more_aside(
    graph: dict[str, tuple[str, ...]], imported: set[str], source: str, target: str
) -> None:
    more = {**graph, source: (*graph[source], target)}

    assert aside(*imported, graph=more) <= aside(*imported, graph=graph)


@given(graph=GRAPHS, imported=IMPORTS)
def test_without_a_graph_or_closure_never_more_is_left_aside(
    graph: dict[str, tuple[str, ...]], imported: set[str]
) -> None:
    whole = aside(*imported, graph=graph)

    assert aside(*imported, graph=graph, is_closed=False) <= whole | {"ruff"}
    assert not {"unknown-a", "unknown-b", *ALWAYS} & (whole | aside(*imported, graph=graph, has_graph=False))


def test_a_library_that_loads_whatever_is_installed_reaches_all_but_tools() -> None:
    lock = {"monai": (), "nibabel": (), "ruff": ()}
    found = unrelated(lock, lock=lock, requires=lock, is_closed=True, imported=["monai"], mentioned=[], known=Known())

    assert found == {"ruff"}
