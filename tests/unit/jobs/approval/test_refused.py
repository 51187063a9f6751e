"""What no model is approved with, and what no model is deployed with: each refused, and why."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.config.approval import Approval
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.approval.approve import Subject, approve, reject_late, withdraw
from mlgitlab.jobs.approval.approver import Approver
from mlgitlab.jobs.approval.decision import KIND, Answer, Decision
from mlgitlab.jobs.approval.permit import ApprovalPermit
from mlgitlab.jobs.deploy.permit import All, VerdictPermit
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.jobs.gate.verdict import KIND as VERDICT
from mlgitlab.jobs.gate.verdict_json import content
from mlgitlab.jobs.train.provenance import utc
from mlgitlab.store import digests, documents, keys
from tests.deployments import MODEL, new_store, push, verdict
from tests.stores import damage, put

NOW = dt.datetime(2030, 1, 31, 12, tzinfo=dt.UTC)
DAY = 86400.0
LATER = {"at": "2030-01-31T12:00:01Z", "expires": "2030-02-01T12:00:01Z"}
GRACE = Approver(login="grace", user="17", in_job=True, protected=True, ref="main", pipeline="https://gitlab/p/7")


class World:
    """A store with models, verdicts by ada of an hour ago, and the rules for approvals."""

    def __init__(self, folder: Path) -> None:
        self.store = new_store(folder / "store")
        self.folder = folder
        self.settings = Approval(users=("grace", "Linus"), four_eyes=True)

    def judged(self, name: str, production: str = "", outcome: Outcome = Outcome.PASS, **changed: Any) -> str:
        digest = push(self.store, self.folder / "models", name)
        self.judge(digest, production, outcome, **changed)
        return digest

    def judge(self, digest: str, production: str = "", outcome: Outcome = Outcome.PASS, **changed: Any) -> None:
        facts = {"author": "ada", "protected": True, "at": utc(NOW - dt.timedelta(hours=1)), **changed}
        self.store.record(MODEL, digest, VERDICT, content(replace(verdict(digest, production, outcome), **facts)))

    def point(self, digest: str) -> None:
        pointer = self.store.pointer(MODEL, "production")
        seen = pointer.number if pointer else 0
        self.store.move(MODEL, "production", digest, seen=seen, at=utc(NOW), by="ada", why="test")

    def subject(self, digest: str) -> Subject:
        return Subject(model=MODEL, digest=digest, environment="production", settings=self.settings)

    def approve(self, digest: str, who: Approver = GRACE, later: float = 0, **more: Any) -> Decision:
        return approve(self.store, self.subject(digest), who, NOW + dt.timedelta(seconds=later), **more)

    def check(self, digest: str, later: float = 60) -> None:
        """What `deploy run` asks before anything changes."""
        at = NOW + dt.timedelta(seconds=later)
        permits = (
            VerdictPermit(store=self.store, protected=True),
            ApprovalPermit(store=self.store, settings={MODEL: self.settings}, at=at),
        )
        All(permits=permits).check(MODEL, digest, "production")

    def tamper(self, change: Callable[[dict[str, Any]], None], digest: str) -> None:
        """Write a record of approval of our own beside the others, as it would be named if it were real."""
        (kept,) = self.store.records(MODEL, digest, KIND)
        forged = json.loads(json.dumps(kept))
        change(forged)
        written = documents.canonical(forged)
        target = forged["digest"] if digests.is_digest(forged.get("digest")) else digest
        put(self.store.bucket, f"{keys.records(MODEL, target, KIND)}{digests.of(written)}.json", written)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


def test_what_is_approved_is_deployed_and_the_record_says_who_and_what(world: World) -> None:
    production = world.judged("production")
    world.point(production)
    digest = world.judged("one", production)
    made = world.approve(digest)
    assert (made.by, made.user, made.digest, made.production) == ("grace", "17", digest, production)
    assert (made.at, made.expires) == ("2030-01-31T12:00:00Z", "2030-02-01T12:00:00Z")
    (kept,) = world.store.records(MODEL, digest, VERDICT)
    assert made.verdict == digests.of(documents.canonical(kept))
    world.check(digest)


def test_an_environment_that_asks_for_no_approval_needs_none(world: World) -> None:
    digest = world.judged("one")
    ApprovalPermit(store=world.store, settings={MODEL: world.settings}, at=NOW).check(MODEL, digest, "staging")


@pytest.mark.parametrize(
    ("outcome", "says"),
    [(Outcome.FAIL, "is fail: metrics.auc"), (Outcome.INCONCLUSIVE, "is inconclusive")],
    ids=["failed", "inconclusive"],
)
def test_a_verdict_that_does_not_pass_approves_nothing(world: World, outcome: Outcome, says: str) -> None:
    digest = world.judged("one", outcome=outcome)
    with pytest.raises(RefusedError, match=says):
        world.approve(digest)
    with pytest.raises(RefusedError, match=says):
        world.check(digest)


def test_a_model_without_a_verdict_is_not_approved(world: World) -> None:
    digest = push(world.store, world.folder / "models", "one")
    with pytest.raises(RefusedError, match="holds no verdict about fraud@sha256"):
        world.approve(digest)


def test_the_verdict_about_another_model_approves_nothing(world: World) -> None:
    other, digest = world.judged("other"), push(world.store, world.folder / "models", "one")
    (kept,) = world.store.records(MODEL, other, VERDICT)
    written = documents.canonical(kept)
    put(world.store.bucket, f"{keys.records(MODEL, digest, VERDICT)}{digests.of(written)}.json", written)
    with pytest.raises(RefusedError, match="counts for nothing: it is about fraud@"):
        world.approve(digest)


def test_a_verdict_of_a_branch_that_is_not_protected_counts_for_nothing(world: World) -> None:
    digest = world.judged("one", protected=False)
    with pytest.raises(RefusedError, match=r"no verdict about .* comes from a protected branch"):
        world.approve(digest)


def test_a_merge_request_that_judges_the_model_again_neither_helps_nor_harms(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    world.judge(digest, outcome=Outcome.FAIL, protected=False)
    world.check(digest)


def test_a_verdict_against_a_model_that_is_no_longer_in_production_approves_nothing(world: World) -> None:
    first, second = world.judged("first"), world.judged("second")
    world.point(first)
    digest = world.judged("one", first)
    world.approve(digest)
    world.check(digest)
    world.point(second)
    with pytest.raises(RefusedError, match=r"compares it with .*, and production is"):
        world.check(digest)
    with pytest.raises(RefusedError, match=r"compares it with .*, and production is"):
        world.approve(digest)


def test_an_old_verdict_approves_nothing_and_one_without_a_date_neither(world: World) -> None:
    old = world.judged("old", at=utc(NOW - dt.timedelta(days=8)))
    with pytest.raises(RefusedError, match=r"its verdict of 2030-01-23T12:00:00Z is older than 7d"):
        world.approve(old)
    with pytest.raises(RefusedError, match="does not say when it was made"):
        world.approve(world.judged("undated", at=""))


def test_an_approval_expires_by_itself(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    world.check(digest, later=DAY - 1)
    with pytest.raises(RefusedError, match=r"by grace expired at 2030-02-01T12:00:00Z"):
        world.check(digest, later=DAY)


def test_after_the_time_limit_nobody_approves_any_more(world: World) -> None:
    digest = world.judged("one")
    until = utc(NOW + dt.timedelta(days=2))
    with pytest.raises(RefusedError, match=f"was to be approved until {until}"):
        world.approve(digest, later=2 * DAY + 1, until=until)
    with pytest.raises(UsageError, match="is no moment"):
        world.approve(digest, until="tomorrow")


def test_what_nobody_approves_is_rejected_by_the_clock_once_and_only_then(world: World) -> None:
    digest, approved = world.judged("one"), world.judged("two")
    until = utc(NOW)
    subject, nobody = world.subject(digest), Approver(login="")
    with pytest.raises(UsageError, match="may be approved until"):
        reject_late(world.store, subject, nobody, NOW - dt.timedelta(seconds=1), until)
    made = reject_late(world.store, subject, nobody, NOW, until)
    assert made
    assert (made.answer, made.by, made.why) == (Answer.REJECTED, "", f"nobody approved it until {until}")
    with pytest.raises(RefusedError, match="it was rejected at 2030-01-31T12:00:00Z"):
        world.check(digest)
    world.approve(approved)
    assert reject_late(world.store, world.subject(approved), nobody, NOW + dt.timedelta(days=3), until) is None


def test_a_revoked_approval_counts_no_more(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    withdraw(world.store, world.subject(digest), GRACE, NOW + dt.timedelta(seconds=5), "too early", reject=False)
    with pytest.raises(RefusedError, match=r"it was revoked by grace at .* \(too early\)"):
        world.check(digest)
    with pytest.raises(RefusedError, match="nothing to revoke"):
        withdraw(world.store, world.subject(digest), GRACE, NOW + dt.timedelta(seconds=6), "", reject=False)


def test_an_approval_counts_for_the_verdict_that_was_read_and_for_no_later_one(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    world.judge(digest, pipeline="https://gitlab/p/8")
    with pytest.raises(RefusedError, match="was judged again after the verdict that grace approved"):
        world.check(digest)


@pytest.mark.parametrize(
    ("who", "says"),
    [
        (replace(GRACE, protected=False, ref="feature"), "'feature' is not protected"),
        (replace(GRACE, in_job=False, protected=False), "an approval is given in a job"),
        (replace(GRACE, login=""), "nobody knows who you are"),
        (replace(GRACE, login="mallory"), "'mallory' is not among those who may approve"),
    ],
    ids=["branch-not-protected", "laptop", "nobody", "not-named"],
)
def test_who_may_not_approve_is_told_why(world: World, who: Approver, says: str) -> None:
    digest = world.judged("one")
    with pytest.raises(RefusedError, match=says):
        world.approve(digest, who)


def test_nobody_approves_a_model_of_their_own_whatever_the_case_of_the_login(world: World) -> None:
    digest = world.judged("one", author="LINUS")
    with pytest.raises(RefusedError, match="'linus' started the pipeline that judged the model"):
        world.approve(digest, replace(GRACE, login="linus"))
    with pytest.raises(RefusedError, match="nobody knows who made the model"):
        world.approve(world.judged("two", author=""))


def test_where_gitlab_must_confirm_who_it_is_a_variable_alone_says_nothing(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    world.settings = replace(world.settings, confirmed=True)
    with pytest.raises(RefusedError, match="GitLab has not confirmed who you are"):
        world.approve(digest)
    with pytest.raises(RefusedError, match="counts for nothing: GitLab has not confirmed who gave it"):
        world.check(digest)
    world.approve(digest, replace(GRACE, confirmed=True), later=1)
    world.check(digest)


def test_every_reason_is_said_at_once(world: World) -> None:
    digest = world.judged("one", outcome=Outcome.FAIL, at="", author="mallory")
    with pytest.raises(RefusedError) as refused:
        world.approve(digest, replace(GRACE, login="mallory", protected=False), until=utc(NOW - dt.timedelta(1)))
    assert len(refused.value.message.splitlines()) == 7


class Groups:
    """The groups of a GitLab in memory; `broken` ones cannot be asked."""

    def __init__(self, members: dict[str, set[str]], broken: Exception | None = None) -> None:
        self.members, self.broken = members, broken

    def has(self, group: str, user: str) -> bool:
        if self.broken:
            raise self.broken
        return user in self.members.get(group, set())


def test_a_member_of_a_group_may_approve_and_others_may_not(world: World) -> None:
    world.settings = Approval(groups=("acme/mlops", "acme/risk"))
    digest = world.judged("one")
    world.approve(digest, groups=Groups({"acme/risk": {"17"}}))
    with pytest.raises(RefusedError, match="neither by name nor in acme/mlops, acme/risk"):
        world.approve(digest, groups=Groups({"acme/risk": {"18"}}))


def test_where_nobody_can_tell_about_groups_nobody_is_in_them(world: World) -> None:
    world.settings = Approval(groups=("acme/mlops",))
    digest = world.judged("one")
    with pytest.raises(RefusedError, match="MLGITLAB_GITLAB_TOKEN or GITLAB_USER_ID is not set"):
        world.approve(digest)
    with pytest.raises(RefusedError, match="acme/mlops: 403"):
        world.approve(digest, groups=Groups({}, UsageError("403")))
    with pytest.raises(WorldError):
        world.approve(digest, groups=Groups({}, WorldError("down")))


def test_a_model_whose_files_are_altered_after_the_approval_does_not_leave_the_store(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    (blob,) = (item.key for item in world.store.bucket.list(keys.BLOBS) if world.store.bucket.get(item.key) == b"one")
    damage(world.store.bucket, blob)
    with pytest.raises(RefusedError, match=r"model\.txt"):
        world.store.pull(MODEL, digest, world.folder / "out")


def test_a_model_whose_manifest_is_altered_is_not_permitted(world: World) -> None:
    digest = world.judged("one")
    world.approve(digest)
    damage(world.store.bucket, keys.manifest(MODEL, digest), 20)
    with pytest.raises(RefusedError):
        world.check(digest)


def test_a_record_that_is_altered_in_its_place_stops_everything(world: World) -> None:
    digest = world.judged("one")
    name = world.approve(digest).name
    damage(world.store.bucket, f"{keys.records(MODEL, digest, KIND)}{name}.json", 5)
    with pytest.raises(RefusedError, match="was altered"):
        world.check(digest)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda found: found.update(by=""), "does not say who approved"),
        (lambda found: found.update(by="mallory", **LATER), "'mallory' is not among those who may"),
        (lambda found: found.update(by="Linus", **LATER), "'Linus' may be who made the model"),
        (lambda found: found.update(expires="never"), "does not say when it expires"),
        (lambda found: found.update(expires="2031-01-01T00:00:00"), "does not say when it expires"),
        (lambda found: found.update(verdict="pass"), "does not say which verdict"),
        (lambda found: found.update(answer="yes"), "'yes' is no answer"),
        (lambda found: found.update(environment="../production"), "'environment' is none"),
        (lambda found: found.update(format=2), "newer mlgitlab"),
        (lambda found: found.update(format=True), "'format' is not 1"),
        (lambda found: found.update(confirmed=1), "'confirmed' is no boolean"),
        (lambda found: found.update(withdraws=[{"$ne": None}]), "'withdraws' holds"),
        (lambda found: found.update(root=True), "an unknown 'root'"),
        (lambda found: found.pop("by"), "no 'by'"),
        (lambda found: found.update(model="churn"), "it is about another model"),
    ],
)
def test_a_forged_record_counts_for_nothing_and_is_noticed(
    world: World, change: Callable[[dict[str, Any]], None], says: str
) -> None:
    digest = world.judged("one", author="linus")
    world.approve(digest)
    world.tamper(change, digest)
    with pytest.raises(RefusedError, match=says):
        world.check(digest)


def test_an_approval_that_is_copied_to_another_model_is_noticed(world: World) -> None:
    approved, digest = world.judged("one"), world.judged("two")
    world.approve(approved)
    (kept,) = world.store.records(MODEL, approved, KIND)
    written = documents.canonical(kept)
    put(world.store.bucket, f"{keys.records(MODEL, digest, KIND)}{digests.of(written)}.json", written)
    with pytest.raises(RefusedError, match="it is about another model"):
        world.check(digest)


def test_a_pointer_that_is_moved_to_an_unapproved_model_gives_it_no_permit(world: World) -> None:
    approved, other = world.judged("one"), world.judged("two")
    world.approve(approved)
    world.point(other)
    with pytest.raises(RefusedError, match="is not approved for production"):
        world.check(other)


def test_limits_are_those_of_the_configuration(world: World) -> None:
    world.settings = Approval(users=("grace",), expires=Duration(60), verdict_age=Duration(60))
    with pytest.raises(RefusedError, match="is older than 1m"):
        world.approve(world.judged("one"))
