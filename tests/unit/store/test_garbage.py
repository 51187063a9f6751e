"""Which models go: those that no rule lets stay."""

from __future__ import annotations

import pytest

from mlgitlab.store import keys
from mlgitlab.store.bucket import Listed
from mlgitlab.store.catalogue import Kept, KeptResult
from mlgitlab.store.garbage import DAY, GRACE, Rules, plan, unused
from mlgitlab.store.values import Pointer, Result

NOW = 1000 * DAY
RULES = Rules(now=NOW, keep=0)


def digest(number: int) -> str:
    return f"sha256:{number:064}"


def kept(number: int, age: float = 100.0, model: str = "fraud", records: frozenset[str] = frozenset()) -> Kept:
    return Kept(model=model, digest=digest(number), written=NOW - age * DAY, records=records)


def pointer(number: int, model: str = "fraud") -> Pointer:
    return Pointer(model=model, name="best", digest=digest(number), number=1, at="")


def made(number: int, age: float) -> KeptResult:
    result = Result(step="fraud:train", fingerprint="f" * 64, model="fraud", digest=digest(number), commit="", at="")
    return KeptResult(key="results/x", written=NOW - age * DAY, result=result)


def test_an_old_model_that_nothing_names_goes() -> None:
    assert plan([kept(1)], [], [], RULES).doomed == (kept(1),)


@pytest.mark.parametrize(
    ("model", "pointers", "results", "rules", "why"),
    [
        (kept(1), [pointer(1)], [], RULES, "the pointer best"),
        (kept(1, records=frozenset({"verdict"})), [], [], RULES, "its verdict"),
        (kept(1, records=frozenset({"approval", "verdict", "metrics"})), [], [], RULES, "its approval and verdict"),
        (kept(1, age=29), [], [], RULES, "its age"),
        (kept(1), [], [made(1, age=29)], RULES, "a recent result"),
        (kept(1), [], [], Rules(now=NOW, keep=1), "one of the newest 1"),
    ],
)
def test_what_lets_a_model_stay(
    model: Kept, pointers: list[Pointer], results: list[KeptResult], rules: Rules, why: str
) -> None:
    judged = plan([model], pointers, results, rules)
    assert judged.doomed == ()
    assert judged.stays == {model.id: why}


@pytest.mark.parametrize(
    ("pointers", "results"),
    [([pointer(2)], []), ([pointer(1, model="other")], []), ([], [made(1, age=31)]), ([], [made(2, age=1)])],
)
def test_what_is_about_another_model_or_too_old_protects_nothing(
    pointers: list[Pointer], results: list[KeptResult]
) -> None:
    assert plan([kept(1)], pointers, results, RULES).doomed == (kept(1),)


def test_the_newest_are_counted_for_each_name() -> None:
    models = [kept(1, age=50), kept(2, age=60), kept(3, age=70), kept(4, age=80, model="other")]
    judged = plan(models, [], [], Rules(now=NOW, keep=2))
    assert judged.doomed == (kept(3, age=70),)


def test_what_is_left_of_a_deleted_model_goes_unless_it_is_evidence() -> None:
    rest = Kept(model="fraud", digest=digest(1), records=frozenset({"metrics"}))
    evidence = Kept(model="fraud", digest=digest(2), records=frozenset({"verdict"}))
    judged = plan([rest, evidence], [], [], Rules(now=NOW, keep=5))
    assert judged.doomed == (rest,)


def test_contents_go_that_are_old_and_named_by_no_manifest() -> None:
    def blob(number: int, age: float) -> Listed:
        return Listed(key=keys.blob(f"{number:064}"), size=1, modified=NOW - age)

    strange = Listed(key="blobs/sha256/ab/readme", size=1, modified=0.0)
    blobs = [blob(1, GRACE + 1), blob(2, GRACE + 1), blob(3, GRACE - 1), strange]
    assert unused(blobs, {f"{1:064}"}, NOW) == (blobs[1],)
