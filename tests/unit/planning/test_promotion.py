"""What is promoted where, by what the store knows."""

from __future__ import annotations

from mlgitlab.config.parse import parse
from mlgitlab.planning.promotion import Candidate, Found, Place, Promotion, Stay, plan

ONE, TWO = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"
CONFIG = parse(
    b"""
version: 1
models:
  fraud:
    train: x
    deploy:
      dev: {target: pointer, strategy: replace}
      staging: {target: pointer, strategy: replace}
      production: {target: pointer, strategy: replace}
  other: {train: x}
""",
    "mlgitlab.yml",
).config
GOOD, BAD = Candidate(digest=ONE), Candidate(digest=TWO, why_not="it is worse")


def decide(*candidates: Candidate, **places: Place) -> Promotion | Stay:
    made = plan(CONFIG, {"fraud": Found(candidates=candidates, places=places)}, "", {})
    return made.promotions[0] if made.promotions else made.stays[0]


def entered(made: Promotion | Stay) -> list[str]:
    assert isinstance(made, Promotion)
    return [entry.environment for entry in made.entries]


def test_a_model_enters_every_environment_in_order() -> None:
    assert entered(decide(GOOD)) == ["dev", "staging", "production"]


def test_a_model_enters_no_environment_twice() -> None:
    made = decide(GOOD, dev=Place(digest=ONE), staging=Place(digest=TWO))
    assert entered(made) == ["staging", "production"]
    assert isinstance(made, Promotion)
    assert made.there == ("dev",)
    assert made.entries[0].before == TWO


def test_a_model_never_goes_back_to_an_environment_before_one_that_it_has_reached() -> None:
    assert entered(decide(GOOD, staging=Place(digest=ONE))) == ["production"]
    made = decide(GOOD, production=Place(digest=ONE))
    assert made == Stay(model="fraud", why="sha256:111111111111: it is in production already", looked_at=(GOOD,))


def test_a_shadow_that_has_shown_what_it_should_is_not_shown_again() -> None:
    assert entered(decide(GOOD, dev=Place(shown=frozenset({ONE})))) == ["staging", "production"]


def test_a_model_that_went_back_goes_no_further_by_itself() -> None:
    made = decide(GOOD, dev=Place(digest=ONE), staging=Place(taken_back={ONE: "errors"}))
    assert isinstance(made, Stay)
    assert made.why == "sha256:111111111111: it was deployed to staging, and went back: errors"
    made = decide(GOOD, production=Place(taken_back={ONE: "errors"}))
    assert entered(made) == ["dev", "staging"]
    assert isinstance(made, Promotion)
    assert made.ends == "it was deployed to production, and went back: errors"


def test_the_last_judged_that_passes_is_promoted_and_a_newer_failure_is_told_where_nothing_is() -> None:
    assert entered(decide(BAD, GOOD)) == ["dev", "staging", "production"]
    everywhere = {name: Place(digest=ONE) for name in ("dev", "staging", "production")}
    made = decide(BAD, GOOD, **everywhere)
    assert isinstance(made, Stay)
    assert made.why == (
        "sha256:222222222222: it is worse; sha256:111111111111: it is in dev, staging, production already"
    )


def test_nothing_that_passes_is_nothing_to_promote() -> None:
    made = decide(BAD)
    assert made == Stay(model="fraud", why="sha256:222222222222: it is worse", looked_at=(BAD,))
    assert decide() == Stay(model="fraud", why="no model has a verdict")


def test_a_pipeline_that_may_not_promote_does_not() -> None:
    found = {"fraud": Found(candidates=(GOOD,), places={})}
    (stay,) = plan(CONFIG, found, "a merge request", {}).stays
    assert stay == Stay(model="fraud", why="a merge request")
