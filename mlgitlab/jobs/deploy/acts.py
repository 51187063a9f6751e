"""What a deployment does at each of its steps. Each may be begun again after a crash at any point of it."""

from __future__ import annotations

from dataclasses import dataclass

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.deploy.journal import Kind
from mlgitlab.jobs.deploy.judgement import facts, shown, together
from mlgitlab.jobs.deploy.judging import Watch
from mlgitlab.jobs.deploy.lease import Lease
from mlgitlab.jobs.deploy.plan import Plan
from mlgitlab.jobs.deploy.state import Act, Deployed
from mlgitlab.jobs.deploy.target import GoesBack, Traffic
from mlgitlab.jobs.deploy.task import Task, Tools
from mlgitlab.jobs.deploy.testing import Trial, try_out
from mlgitlab.jobs.gate.ruling import Outcome
from mlgitlab.store import digests
from mlgitlab.store.checking import check
from mlgitlab.store.pulling import damaged, existing
from mlgitlab.store.values import Pointer

# How far back the model before is looked at where it answers no more.
_REFERENCE = 3600.0


@dataclass(frozen=True, kw_only=True)
class Run:
    """A deployment under way."""

    task: Task
    tools: Tools
    lease: Lease
    plan: Plan

    def perform(self, act: Act, deployed: Deployed) -> None:
        """Do it, and say so in the journal. RefusedError where the candidate must not go on."""
        match act:
            case Act.PLACE:
                self._place()
            case Act.TEST:
                self._test()
            case Act.ROUTE:
                self._route(deployed.passed)
            case Act.JUDGE:
                self._judge(deployed)
            case Act.SETTLE:
                self._settle(deployed)
            case Act.REVERT:
                self._revert(deployed)

    def _place(self) -> None:
        self._permit()
        self.tools.tell(f"placing {self._candidate}, without traffic")
        self.lease.append(Kind.PLACING)
        self._fetch(self.plan.candidate)
        self.tools.target.place(self.plan.candidate)
        self.lease.append(Kind.PLACED)

    def _fetch(self, digest: str) -> None:
        """Put the model's files where the target wants them, every byte verified; or verify those in the store."""
        store, model, room = self.tools.store, self.task.model, self.tools.target.room(digest)
        if room is not None:
            store.pull(model, digest, room, self._progress)
            return
        manifest = existing(store.bucket, model, digest)
        (found,) = check(store.bucket, {(model, digest): manifest}, store.parallel, self._progress)
        if found.wrong:
            wrong = (
                f"{path}: expected {expected}, found {actual or 'nothing'}" for path, expected, actual in found.wrong
            )
            raise damaged(store.bucket, f"{model}@{digests.short(digest)}", wrong)

    def _test(self) -> None:
        rules = self.task.settings.synthetic
        if rules is None:
            self.tools.tell("no synthetic test is declared")
            self.lease.append(Kind.TESTED, why="no synthetic test is declared")
            return
        standing = self.tools.target.standing()
        trial = Trial(
            target=self.tools.target,
            candidate=self.plan.candidate,
            current=self.plan.before if self.plan.before in standing.warm else "",
            cases=self.task.cases,
            rules=rules,
        )
        judgements = try_out(trial)
        self._tell(shown(judgements))
        outcome = together(judgements)
        good = outcome is Outcome.PASS
        failed = ", ".join(each.criterion for each in judgements if each.outcome is outcome)
        self.lease.append(
            Kind.TESTED if good else Kind.FAILED,
            why="" if good else f"the synthetic test: {outcome} by {failed}",
            facts=tuple(facts(judgements)),
        )

    def _route(self, number: int) -> None:
        step = self.plan.steps[number]
        if self.plan.candidate in step.traffic.reached:
            self._permit()
        self.tools.tell(f"step {number + 1} of {len(self.plan.steps)}: {spoken(step.traffic)}")
        self.lease.append(Kind.ROUTING, step=number, traffic=step.traffic)
        self.tools.target.route(step.traffic)
        self.lease.append(Kind.ROUTED, step=number, traffic=step.traffic)

    def _judge(self, deployed: Deployed) -> None:
        number = deployed.passed
        step = self.plan.steps[number]
        if not step.judged:
            self.lease.append(Kind.PASSED, step=number, why="not judged")
            return
        routed = deployed.lately(Kind.ROUTED)
        assert routed
        watch = self.watch(deployed, routed.moment, step.traffic, self.plan.pause, self.plan.patience)
        outcome, judgements = watch.wait(self.lease.keep)
        self._tell(shown(judgements))
        found = {"step": number, "facts": tuple(facts(judgements))}
        if outcome is Outcome.PASS:
            self.lease.append(Kind.PASSED, **found)
            return
        failed = [each.criterion for each in judgements if each.outcome is outcome]
        why = f"step {number + 1}, {spoken(step.traffic)}: {outcome} by {', '.join(failed)}"
        holds = outcome is Outcome.INCONCLUSIVE and self.task.settings.inconclusive == "hold"
        self.lease.append(Kind.HELD if holds else Kind.FAILED, why=why, **found)

    def watch(self, deployed: Deployed, since: float, traffic: Traffic, pause: float, patience: float) -> Watch:
        """How the candidate is watched in a state of the traffic."""
        first = deployed.first(Kind.ROUTED)
        alone = traffic.reached == {self.plan.candidate}
        began = deployed.begun.moment
        return Watch(
            target=self.tools.target,
            clock=self.tools.clock,
            criteria=self.task.settings.criteria,
            candidate=self.plan.candidate,
            before=self.plan.before,
            since=since,
            pause=pause,
            patience=patience,
            reference=(began - _REFERENCE, first.moment if first else began) if alone else None,
        )

    def _settle(self, deployed: Deployed) -> None:
        if not self.plan.promotes:
            self.lease.append(Kind.SHADOWED)
            self.tools.tell(f"{self._candidate} has shown as a shadow what it should")
            return
        self._permit()
        seen = deployed.begun.pointer
        pointer = self.tools.store.pointer(self.task.model, self.task.environment)
        self.lease.append(Kind.SETTLING)
        if not (pointer and pointer.digest == self.plan.candidate and pointer.number == seen + 1):
            pointer = self._point(self.plan.candidate, seen, f"deployed by {self.task.settings.strategy}")
        self.lease.append(Kind.SETTLED, pointer=pointer.number)
        self.tools.tell(f"{self._candidate} is {self.task.environment}")

    def _revert(self, deployed: Deployed) -> None:
        """Go back: the traffic first, then the pointer, then what is left of the candidate."""
        before = self.plan.before
        self.tools.tell(f"going back to {digests.short(before) if before else 'nothing'}: {deployed.why}")
        back = Traffic(live=before)
        self.lease.append(Kind.ROUTING, traffic=back)
        loaded = self._go_back(back)
        self.lease.append(Kind.ROUTED, traffic=back)
        pointer = self.tools.store.pointer(self.task.model, self.task.environment)
        number = 0
        if before and pointer and pointer.digest == self.plan.candidate:
            number = self._point(before, pointer.number, deployed.why).number
        self.tools.target.remove(self.plan.candidate)
        why = "the model before was loaded again" if loaded else "the model before was ready"
        self.lease.append(Kind.REVERTED, pointer=number, traffic=back, why=why if before else "")

    def _go_back(self, traffic: Traffic) -> bool:
        """Let the model before answer everything: whether it had to be loaded again."""
        target = self.tools.target
        if isinstance(target, GoesBack):
            target.go_back(traffic.live)
            return False
        try:
            target.route(traffic)
        except RefusedError:  # it is not ready any more
            self._fetch(traffic.live)
            target.place(traffic.live)
            target.route(traffic)
            return True
        return False

    def _point(self, digest: str, seen: int, why: str) -> Pointer:
        return self.tools.store.move(
            self.task.model,
            self.task.environment,
            digest,
            seen=seen,
            at=self.tools.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            by=self.tools.by,
            why=why,
        )

    def _permit(self) -> None:
        self.tools.permit.check(self.task.model, self.plan.candidate, self.task.environment)

    def _progress(self, _count: int) -> None:
        self.lease.keep()

    def _tell(self, lines: tuple[str, ...]) -> None:
        for line in lines:
            self.tools.tell(f"  {line}")

    @property
    def _candidate(self) -> str:
        return f"{self.task.model}@{digests.short(self.plan.candidate)}"


def spoken(traffic: Traffic) -> str:
    """The traffic in words."""
    if not traffic.live:
        return "nobody answers"
    live, canary, shadow = map(digests.short, (traffic.live, traffic.canary, traffic.shadow))
    said = f"{live} answers"
    if traffic.canary:
        said = f"{traffic.share:g}% of the users get {canary}, the others {live}"
    if traffic.shadow:
        said += f", {shadow} gets copies of {traffic.sample:g}% of the requests"
    return said
