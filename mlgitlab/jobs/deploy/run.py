"""Deployments from beginning to end: brought forward, watched, and taken back."""

from __future__ import annotations

from mlgitlab.config.deploy import CONTROLLED, Strategy
from mlgitlab.errors import RefusedError, UsageError
from mlgitlab.jobs.deploy import journal
from mlgitlab.jobs.deploy.acts import Run
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.judgement import facts, shown
from mlgitlab.jobs.deploy.lease import Lease, OvertakenError
from mlgitlab.jobs.deploy.plan import Plan, plan
from mlgitlab.jobs.deploy.state import Act, Deployed, Record, Status, following
from mlgitlab.jobs.deploy.target import Traffic
from mlgitlab.jobs.deploy.task import Task, Tools, lease
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.store import digests


def deploy(task: Task, tools: Tools, candidate: str) -> Deployed | None:
    """Bring a model to its environment, or finish what an interrupted run of the same began: how it ended.

    None where it answers there already. RefusedError, before anything changes, where it is not permitted, another
    deployment is under way, or one of another model was interrupted. Where a step fails, the way back is gone: then the
    status is REVERTED. WorldError in between leaves everything as it stands, for the next run.
    """
    held = lease(task, tools)
    record = held.look()
    held.require_free(record)
    if record.open:
        ended = _resume(task, tools, held, record.open, candidate)
        if ended.begun.candidate == candidate:
            return ended
    begun = _begin(task, tools, held, record, candidate)
    return _carry_on(*begun) if begun else None


def _resume(task: Task, tools: Tools, held: Lease, found: Deployed, candidate: str) -> Deployed:
    """Finish what was interrupted: forward where it is the same model, and back, whichever it is, where it failed."""
    begun, back = found.begun, found.status is Status.GOING_BACK
    if begun.candidate != candidate and not back:
        what = f"the deployment of {digests.short(begun.candidate)}, begun at {begun.at}, is {found.status}"
        hint = f"finish it with `mlgitlab deploy run`, or end it with `mlgitlab deploy rollback {task.model}`"
        raise RefusedError(f"{what}; it must be finished before that of {digests.short(candidate)}", hint)
    tools.tell(f"going on with the deployment of {begun.at}")
    planned = plan(task.settings, begun.candidate, begun.before)
    held.take(found)
    if planned.digest != begun.plan and not back:
        held.append(Kind.FAILED, why="its configuration was changed while it was under way")
    return _carry_on(Run(task=task, tools=tools, lease=held, plan=planned), held.seen())


def _begin(task: Task, tools: Tools, held: Lease, record: Record, candidate: str) -> tuple[Run, Deployed] | None:
    pointer = tools.store.pointer(task.model, task.environment)
    live = tools.target.standing().traffic.live
    pointed = pointer.digest if pointer else ""
    if live == candidate == pointed:
        return None
    _require_order(task, record, candidate, live, pointed)
    tools.permit.check(task.model, candidate, task.environment)
    planned = plan(task.settings, candidate, live)
    deployed = held.begin({
        "candidate": candidate,
        "before": live,
        "strategy": str(task.settings.strategy),
        "plan": planned.digest,
        "pointer": pointer.number if pointer else 0,
    })  # fmt: skip
    return Run(task=task, tools=tools, lease=held, plan=planned), deployed


def _require_order(task: Task, record: Record, candidate: str, live: str, pointed: str) -> None:
    """RefusedError where what answers is not what the pointer says, or nothing answers where something should."""
    named = f"{task.model}@{task.environment}"
    if live not in ("", pointed):
        stands = digests.short(pointed) if pointed else "nothing"
        what = f"{digests.short(live)} answers, and {named} stands at {stands}"
        raise RefusedError(what, "somebody moved one without the other; `mlgitlab model tag --force` moves the pointer")
    if not live and record.live and candidate != pointed:
        what = f"{digests.short(record.live.begun.candidate)} should answer here, and nothing does"
        raise RefusedError(what, f"is this the right machine? `mlgitlab deploy run {named}` brings it back")


def _carry_on(run: Run, deployed: Deployed) -> Deployed:
    while act := following(run.plan, deployed):
        try:
            run.perform(act, deployed)
        except OvertakenError:
            raise
        except RefusedError as error:
            if act is Act.REVERT:
                raise
            run.lease.append(Kind.FAILED, why=error.message)
        deployed = run.lease.seen()
    return deployed


def roll_back(task: Task, tools: Tools, why: str, *, take_over: bool = False) -> Deployed:
    """Go back to the model before: from a deployment that is not finished, or from the one that is live.

    RefusedError where there is none, nothing was there before, or somebody is at work. With `take_over` whoever is at
    work is overtaken, and stops before the next change.
    """
    held = lease(task, tools)
    record = held.look()
    if not take_over:
        held.require_free(record)
    found = record.open or record.live
    if found is None or (found.was_live and not found.begun.before):
        raise RefusedError(f"there is nothing that {task.model} in {task.environment} could go back to")
    run = _taken(task, tools, held, found)
    if run.lease.seen().status is not Status.GOING_BACK:
        held.append(Kind.FAILED, why=why)
    return _carry_on(run, held.seen())


def watch(task: Task, tools: Tools) -> tuple[Outcome, Deployed]:
    """Judge the live model for as long as `rollback.watch` says since it was settled; a failure goes back.

    Where nobody could tell, or there is nothing to go back to, it stays, and the outcome says so. RefusedError where
    nothing is live, or somebody is at work; UsageError where nothing is judged.
    """
    if task.settings.strategy is Strategy.REPLACE or task.settings.target in CONTROLLED:
        raise UsageError(f"{task.model} in {task.environment} is not judged by us: there is nothing to watch")
    held, found = live(task, tools)
    run = _taken(task, tools, held, found)
    settled = found.first(Kind.SETTLED)
    assert settled
    seconds = float(task.settings.rollback.watch.seconds)
    watching = run.watch(found, settled.moment, Traffic(live=run.plan.candidate), seconds, seconds)
    outcome, judgements = watching.wait(held.keep)
    for line in shown(judgements):
        tools.tell(f"  {line}")
    kept = tuple(facts(judgements))
    if outcome is Outcome.FAIL and run.plan.before:
        failed = ", ".join(each.criterion for each in judgements if each.outcome is Outcome.FAIL)
        held.append(Kind.FAILED, why=f"watched after the switch: fail by {failed}", facts=kept)
        return outcome, _carry_on(run, held.seen())
    held.append(Kind.WATCHED, why=str(outcome), facts=kept)
    return outcome, held.seen()


def retire(task: Task, tools: Tools) -> tuple[str, ...]:
    """Stop what was kept ready for the way back, once `rollback.window` is over since the switch: what was stopped.

    RefusedError before that, where nothing is live, or where somebody is at work.
    """
    held, found = live(task, tools)
    settled = found.first(Kind.SETTLED)
    assert settled
    over = settled.moment + task.settings.rollback.window.seconds
    if held.now() < over:
        raise RefusedError(f"the model before stays ready until {journal.text(over)}", "see `rollback.window`")
    held.take(found)
    standing = tools.target.standing()
    idle = tuple(sorted(standing.warm - standing.traffic.reached))
    for digest in idle:
        tools.target.remove(digest)
    held.append(Kind.RETIRED, why=", ".join(map(digests.short, idle)))
    return idle


def live(task: Task, tools: Tools) -> tuple[Lease, Deployed]:
    """The deployment whose model answers, where nobody is at work; RefusedError otherwise."""
    held = lease(task, tools)
    record = held.look()
    held.require_free(record)
    if record.open or record.live is None:
        raise RefusedError(f"nothing that was deployed is live: {task.model} in {task.environment}")
    return held, record.live


def _taken(task: Task, tools: Tools, held: Lease, found: Deployed) -> Run:
    begun = found.begun
    planned = Plan(candidate=begun.candidate, before=begun.before, settings=task.settings, steps=())
    run = Run(task=task, tools=tools, lease=held, plan=planned)
    held.take(found)
    return run


def record_of(task: Task, tools: Tools) -> Record:
    """What the journal says."""
    return lease(task, tools).look()
