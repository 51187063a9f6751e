"""Asks GitLab whether a runner takes each job of a plan, and does what the policy says where none does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from mlgitlab.cli.inputs import Stores, store_address
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.planning.flow import Survey, instead
from mlgitlab.cli.wiring.fleet import runner_list
from mlgitlab.config.fleet import Missing, Runners
from mlgitlab.errors import MlgitlabError, RefusedError, UsageError
from mlgitlab.planning.evidence import expects
from mlgitlab.planning.fleet import Fleet, Tags, match, refuses, sentence, wants
from mlgitlab.planning.steps import StepSpec
from mlgitlab.runners import Owner, Runner, RunnerList, RunnerType

TOKEN = "MLGITLAB_GITLAB_TOKEN"  # noqa: S105 (a variable's name)
_HOST = "https://gitlab.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """One conversation with GitLab. unasked: why there is none. protected: whether the ref is, None if unknown."""

    policy: Runners
    protected: bool | None = None
    unasked: str = ""
    owner: Owner = field(default_factory=lambda: Owner(type=RunnerType.PROJECT))
    runners: RunnerList | None = None
    known: dict[Tags, tuple[Runner, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Survey, around: Surroundings) -> Inquiry:
        """The conversation that this run may have: always in CI, elsewhere where somebody asks for it."""
        environ, env = around.environ, found.request.env
        policy = found.project.config.runners or Runners()
        asked = found.request.options.check_runners
        if asked is False:
            return cls(policy=policy, unasked="--no-check-runners")
        if asked is None and not env.in_ci:
            return cls(policy=policy, unasked="GitLab is asked in CI alone (--check-runners asks it)")
        return cls.by(
            policy,
            environ.get("CI_SERVER_URL") or _HOST,
            environ.get(TOKEN, ""),
            environ.get("CI_PROJECT_ID") or environ.get("CI_PROJECT_PATH") or "",
            env.ref_protected,
        )

    @classmethod
    def by(cls, policy: Runners, url: str, token: str, project: str, protected: bool | None) -> Inquiry:
        """The conversation about a project, named by its number or path."""
        if not token:
            return cls(policy=policy, unasked=f"{TOKEN} is not set")
        if not project:
            return cls(policy=policy, unasked="CI_PROJECT_PATH does not say of which project (group/name)")
        try:
            runners = runner_list(url, token)
        except UsageError as error:
            return cls(policy=policy, unasked=f"{error.message}: {error.hint}")
        owner = Owner(type=RunnerType.PROJECT, place=project)
        return cls(policy=policy, protected=protected, owner=owner, runners=runners)

    def about(self, steps: Iterable[StepSpec]) -> Fleet:
        """What the runners say to these steps. GitLab is asked once for each set of tags."""
        if self.runners is None:
            return Fleet(policy=self.policy, unasked=self.unasked)
        wanted = wants(steps)
        try:
            for want in wanted:
                if want.tags not in self.known:
                    self.known[want.tags] = self.runners.visible(self.owner, want.tags)
        except MlgitlabError as error:
            return Fleet(policy=self.policy, unasked=error.message)
        return Fleet(policy=self.policy, matches=tuple(match(wanted, self.known, protected=self.protected)))

    def fallen_back(self, found: Survey, stores: Stores) -> Survey:
        """The survey under the policy's other profile, where a job of this one would wait in vain."""
        fleet = self.about(step.spec for step in found.plan.selected)
        profile = self.policy.fallback_profile
        if self.policy.missing is not Missing.FALLBACK or not (fleet.missing and profile):
            return found
        other = instead(found, profile, sentence(fleet.missing[0]), stores)
        if expects(found.request.env.kind) and not store_address(found.request, found.project.config):
            return other.noting("what was not trained is lost: without a store no later pipeline makes up for it")
        return other

    def settled(self, found: Survey) -> Survey:
        """The survey with what the runners say to its plan; RefusedError where the policy refuses that."""
        fleet = self.about(step.spec for step in found.plan.selected)
        if refuses(fleet):
            hint = "start or register such a runner (mlgitlab runner list shows those there are), or see docs/gpus.md"
            raise RefusedError("\n".join(map(sentence, fleet.missing)), hint)
        return found.knowing(fleet=fleet).noting(*fleet.notes)
