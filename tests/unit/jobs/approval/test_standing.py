"""Whether an approval counts: by what was decided and the time, whatever the order in which a store lists it."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.jobs.approval.decision import Answer, Decision
from mlgitlab.jobs.approval.standing import State, standing
from mlgitlab.jobs.train.provenance import utc

DIGEST = f"sha256:{'1' * 64}"
START = dt.datetime(2030, 1, 31, 12, tzinfo=dt.UTC)


def at(seconds: float) -> str:
    return utc(START + dt.timedelta(seconds=seconds))


def decision(answer: Answer, seconds: float, lasts: float = 100, **fields: object) -> Decision:
    expires = at(seconds + lasts) if answer is Answer.APPROVED else ""
    known = {"model": "fraud", "digest": DIGEST, "environment": "production", "by": "grace", "verdict": "2" * 64}
    return Decision(answer=answer, at=at(seconds), expires=expires, **{**known, **fields})  # type: ignore[arg-type]


def state(*decisions: Decision, now: float, environment: str = "production") -> State:
    return standing(decisions, environment, START + dt.timedelta(seconds=now)).state


def test_nothing_is_approved_by_nobody() -> None:
    assert state(now=0) is State.NONE


def test_an_approval_counts_until_it_expires_and_not_a_second_longer() -> None:
    given = decision(Answer.APPROVED, 0)
    assert state(given, now=99) is State.APPROVED
    assert state(given, now=100) is State.EXPIRED


def test_an_approval_of_a_time_that_is_yet_to_come_counts_for_nothing() -> None:
    given = decision(Answer.APPROVED, 3600, lasts=10**9)
    assert state(given, now=0) is State.NONE
    assert state(given, now=3400) is State.APPROVED


def test_an_approval_lasts_no_longer_than_the_configuration_says_whatever_it_claims() -> None:
    given = decision(Answer.APPROVED, 0, lasts=10**9)
    later = START + dt.timedelta(seconds=61)
    assert standing((given,), "production", later).state is State.APPROVED
    assert standing((given,), "production", later, longest=60).state is State.EXPIRED


def test_an_approval_for_another_environment_is_none() -> None:
    assert state(decision(Answer.APPROVED, 0, environment="staging"), now=1) is State.NONE


def test_what_is_taken_back_counts_no_more_and_a_later_approval_counts_again() -> None:
    first, revoked, second = decision(Answer.APPROVED, 0), decision(Answer.REVOKED, 5), decision(Answer.APPROVED, 9)
    assert state(first, revoked, now=10) is State.REVOKED
    assert state(first, revoked, second, now=10) is State.APPROVED


def test_an_approval_of_the_same_second_as_its_withdrawal_counts_for_nothing() -> None:
    assert state(decision(Answer.APPROVED, 5), decision(Answer.REJECTED, 5), now=6) is State.REJECTED


def test_a_withdrawal_by_a_machine_whose_clock_is_behind_still_ends_the_approval_that_it_names() -> None:
    given = decision(Answer.APPROVED, 60)
    assert state(given, decision(Answer.REVOKED, 0, withdraws=(given.name,)), now=61) is State.REVOKED


decisions = st.lists(
    st.builds(
        decision,
        st.sampled_from(Answer),
        st.integers(0, 20),
        lasts=st.integers(1, 20),
        environment=st.sampled_from(("staging", "production")),
        by=st.sampled_from(("grace", "ada")),
    ),
    max_size=6,
)


@given(decisions, st.integers(0, 50), st.randoms())
def test_the_order_of_the_records_decides_nothing(found: list[Decision], now: int, chance: object) -> None:
    shuffled = [*found]
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert standing(shuffled, "production", START + dt.timedelta(seconds=now)) == standing(
        found, "production", START + dt.timedelta(seconds=now)
    )


@given(decisions, st.integers(20, 50))
def test_a_withdrawal_never_makes_an_approval(found: list[Decision], now: int) -> None:
    more = [*found, decision(Answer.REVOKED, now)]
    assert state(*more, now=now) is not State.APPROVED


@given(decisions, st.integers(20, 40), st.integers(1, 30))
def test_time_alone_never_makes_an_approval(found: list[Decision], now: int, later: int) -> None:
    if state(*found, now=now) is not State.APPROVED:
        assert state(*found, now=now + later) is not State.APPROVED
