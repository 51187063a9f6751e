"""What every History must answer: the one in memory, and git's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from mlgitlab.adapters.git import open_repository
from tests import histories
from tests.histories import MemoryHistory, parse
from tests.repositories import Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mlgitlab.protocols import History

GRAPH = """
    A
    B A
    C B
    D C
    F1 B
    F2 F1
    M D F2
    ORPHAN
    CROSS1 C F2
    CROSS2 F2 C
"""
EVERY_COMMIT = tuple(parse(GRAPH))


@dataclass(frozen=True, kw_only=True)
class World:
    """A history with the means to name its commits as they were drawn."""

    history: History
    sha: Callable[[str], str]
    name: Callable[[str], str]


class Builder(Protocol):
    def __call__(self, *, here: str = "", online: bool = True) -> World:
        """Make a clone: of everything, or of the commit `here` alone; with a server to ask or without."""
        ...


def _drawn(repo: Repo) -> dict[str, str]:
    shas: dict[str, str] = {}
    for name, parents in parse(GRAPH).items():
        shas[name] = repo.commit_object(name, *(shas[parent] for parent in parents))
        repo.git("update-ref", f"refs/heads/at/{name}", shas[name])
    repo.git("update-ref", "refs/heads/main", shas["D"])
    repo.tag("v1", shas["A"]).tag("v2", shas["B"], annotated=True).tag("other", shas["F1"]).tag("v3", shas["D"])
    return shas


@dataclass(frozen=True, kw_only=True)
class Server:
    """The drawn repository, and a full clone of it; tests only read both."""

    repo: Repo
    clone: Repo
    shas: dict[str, str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    folder = tmp_path_factory.mktemp("drawn")
    repo = Repo.create(folder / "server")
    shas = _drawn(repo)
    return Server(repo=repo, clone=repo.clone(folder / "clone"), shas=shas)


@pytest.fixture(params=["memory", "git"])
def build(request: pytest.FixtureRequest, tmp_path: Path, server: Server) -> Builder:
    def in_memory(*, here: str = "", online: bool = True) -> World:
        names = {histories.sha(name): name for name in EVERY_COMMIT}
        history = MemoryHistory(
            drawing=GRAPH,
            here={here} if here else None,
            online=online,
            remotes={"origin": {"main": "D"}},
            tags={"v1": "A", "v2": "B", "other": "F1", "v3": "D"},
        )
        return World(history=history, sha=histories.sha, name=names.__getitem__)

    def in_git(*, here: str = "", online: bool = True) -> World:
        shas = server.shas
        clone = server.repo.job_clone(tmp_path / "clone", shas[here], depth=1) if here else server.clone
        seconds = 60.0 if online else 0.0
        history = open_repository(str(clone.folder), trusted=True, fetch_seconds=seconds, report=lambda _: None)
        names = {sha: name for name, sha in shas.items()}
        return World(history=history, sha=shas.__getitem__, name=names.__getitem__)

    return in_memory if request.param == "memory" else in_git


@pytest.fixture
def full(build: Builder) -> World:
    return build()


def test_parents_come_in_their_order(full: World) -> None:
    assert full.history.parents(full.sha("M")) == (full.sha("D"), full.sha("F2"))
    assert full.history.parents(full.sha("A")) == ()


def test_parents_are_the_true_ones_in_a_clone_that_lacks_them(build: Builder) -> None:
    world = build(here="M", online=False)

    assert world.history.parents(world.sha("M")) == (world.sha("D"), world.sha("F2"))


@pytest.mark.parametrize(
    ("ancestor", "descendant", "expected"),
    [
        ("A", "M", True),
        ("F2", "M", True),
        ("M", "M", True),
        ("C", "F2", False),
        ("M", "D", False),
        ("A", "ORPHAN", False),
    ],
)
def test_ancestry_is_known_in_a_full_clone(full: World, ancestor: str, descendant: str, expected: bool) -> None:
    assert full.history.is_ancestor(full.sha(ancestor), full.sha(descendant)) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param("F2", "D", {"B"}, id="a fork"),
        pytest.param("B", "D", {"B"}, id="an ancestor"),
        pytest.param("D", "D", {"D"}, id="the same commit"),
        pytest.param("D", "ORPHAN", set(), id="unrelated histories"),
        pytest.param("CROSS1", "CROSS2", {"C", "F2"}, id="a criss-cross merge"),
    ],
)
def test_all_merge_bases_are_known_in_a_full_clone(full: World, one: str, other: str, expected: set[str]) -> None:
    bases = full.history.merge_bases(full.sha(one), full.sha(other))

    assert bases == tuple(sorted(full.sha(name) for name in expected))


@pytest.mark.parametrize("here", ["M", "F2", "CROSS1"])
@pytest.mark.parametrize("other", ["A", "D", "ORPHAN", "CROSS2"])
def test_a_shallow_clone_with_a_server_answers_as_a_full_one(build: Builder, here: str, other: str) -> None:
    memory = MemoryHistory(drawing=GRAPH)
    one = histories.sha(here), histories.sha(other)
    shallow = build(here=here)

    bases = shallow.history.merge_bases(shallow.sha(here), shallow.sha(other))

    assert bases is not None
    assert {shallow.name(sha) for sha in bases} == {
        name for name in EVERY_COMMIT if histories.sha(name) in (memory.merge_bases(*one) or ())
    }
    assert shallow.history.is_ancestor(shallow.sha(other), shallow.sha(here)) is memory.is_ancestor(*reversed(one))


def test_a_shallow_clone_without_a_server_does_not_guess(build: Builder) -> None:
    world = build(here="M", online=False)

    for other in set(EVERY_COMMIT) - {"M"}:
        assert world.history.merge_bases(world.sha("M"), world.sha(other)) is None
        assert world.history.is_ancestor(world.sha(other), world.sha("M")) is None
        assert not world.history.obtain(world.sha(other))


def test_a_commit_that_nobody_has_cannot_be_obtained(build: Builder) -> None:
    world = build(here="M")

    assert not world.history.obtain("1" * 40)
    assert world.history.is_ancestor("1" * 40, world.sha("M")) is None


def test_obtaining_a_commit_makes_it_resolvable(build: Builder) -> None:
    world = build(here="M")
    assert world.history.resolve(world.sha("B")) is None

    assert world.history.obtain(world.sha("B"))

    assert world.history.resolve(world.sha("B")) == world.sha("B")


def test_the_tip_of_a_branch_is_fetched_where_it_is_missing(build: Builder) -> None:
    world = build(here="F2")

    assert world.history.branch_tip("main") == world.sha("D")
    assert world.history.branch_tip("missing") is None


@pytest.mark.parametrize("here", ["", "M", "D"])
@pytest.mark.parametrize(
    ("pattern", "at", "expected"),
    [
        pytest.param("v*", "D", ("v2", "B"), id="not the tag at the commit itself"),
        pytest.param("v*", "M", ("v3", "D"), id="the nearest of several"),
        pytest.param("other", "M", ("other", "F1"), id="on a merged branch"),
        pytest.param("v*", "F2", ("v2", "B"), id="not one of another branch"),
        pytest.param("v*", "A", None, id="none before the first"),
        pytest.param("x*", "M", None, id="none like the pattern"),
    ],
)
def test_the_previous_tag_is_the_nearest_one_below(
    build: Builder, here: str, pattern: str, at: str, expected: tuple[str, str] | None
) -> None:
    world = build(here=here)
    assert world.history.obtain(world.sha(at))

    found = world.history.previous_tag(pattern, world.sha(at))

    assert (found and (found[0], world.name(found[1]))) == expected


@pytest.mark.parametrize("here", ["", "M"])
@pytest.mark.parametrize(
    ("most", "without", "expected", "base"),
    [
        pytest.param(2, "", ["M", "D"], "C", id="at most so many"),
        pytest.param(None, "", ["M", "D", "C", "B"], "A", id="all that have a parent"),
        pytest.param(9, "", ["M", "D", "C", "B"], "A", id="more than there are"),
        pytest.param(None, "C", ["M", "D"], "C", id="none of what another has"),
        pytest.param(1, "B", ["M"], "D", id="some of what another has not"),
        pytest.param(None, "F2", ["M", "D", "C"], "B", id="none that a merged branch had already"),
        pytest.param(5, "", ["M", "D", "C", "B"], "A", id="as many as there are"),
        pytest.param(None, "M", [], "", id="nothing"),
    ],
)
def test_commits_go_along_first_parents(
    build: Builder, here: str, most: int | None, without: str, expected: list[str], base: str
) -> None:
    world = build(here=here)
    if without:
        assert world.history.obtain(world.sha(without))

    line = world.history.commits(world.sha("M"), most, world.sha(without) if without else "")

    assert [world.name(sha) for sha in line.commits] == expected
    assert line.base == (world.sha(base) if base else "")
    assert not line.cut


def test_a_clone_that_ends_lists_what_can_be_compared(build: Builder) -> None:
    world = build(here="M", online=False)

    line = world.history.commits(world.sha("M"), 3)

    assert (line.commits, line.base, line.cut) == ((), world.sha("M"), True)
