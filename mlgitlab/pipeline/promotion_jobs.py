"""The jobs of one model and environment: approve, deploy, watch, and the ways in which they end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mlgitlab.config.approval_check import LONGEST, tier_of
from mlgitlab.config.deploy import Strategy, TargetKind
from mlgitlab.config.promotion import GitLabEnvironment
from mlgitlab.config.scalars import Duration, GitLabVersion
from mlgitlab.config.schema import DEFAULT_CONFIG, Config, Tier
from mlgitlab.pipeline.calls import INSTALL, Caller
from mlgitlab.pipeline.compose import literal
from mlgitlab.pipeline.instance import Instance
from mlgitlab.pipeline.nouns import Job, without_empty
from mlgitlab.planning.promotion import Entry, approve_job, gitlab_name
from mlgitlab.protocols import JobTemplates
from mlgitlab.store import digests

_SHORT = Duration(900)
# What `rollback.watch` may take longer than it says: starting, and judging the last time.
_MARGIN = 1800
_GRACE = 60
_WORLD = (4,)  # the exit code of what is worth a retry
# `manual_confirmation`, https://docs.gitlab.com/ci/yaml/#manual_confirmation
CONFIRMATION = GitLabVersion(17, 1)
PAID = frozenset({Tier.PREMIUM, Tier.ULTIMATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Makings:
    """What every job of a promotion is made with. `store` is its address."""

    config: Config
    instance: Instance
    templates: JobTemplates
    store: str
    config_file: str = DEFAULT_CONFIG

    def common(self, job: GitLabEnvironment, timeout: Duration, extras: Sequence[str]) -> dict[str, object]:
        """The values that the jobs of an environment share."""
        defaults = self.config.defaults
        caller = Caller(config=self.config, config_file=self.config_file, store=self.store)
        variables = {**job.variables, "MLGITLAB_STORE": self.store, **caller.needed(*extras)}
        token = self.config.store.id_token if self.config.store else None
        return {
            "image": job.image or defaults.image,
            "tags": list(defaults.tags if job.tags is None else job.tags),
            "timeout": timeout.spoken(),
            "variables": {name: literal(value) for name, value in variables.items()},
            "id_tokens": {token.name: {"aud": token.aud}} if token else None,
            "before_script": [*job.before_script, INSTALL],
            "retry": self.instance.retry(1, _WORLD),
        }

    @property
    def named(self) -> str:
        """The option that names the configuration, where it is not in its usual place."""
        return Caller(config=self.config, config_file=self.config_file).named


@dataclass(frozen=True, slots=True)
class EntryJobs:
    """The jobs of one model and environment."""

    makings: Makings
    entry: Entry
    stage: str
    until: str
    report: str

    def all(self, after: str) -> Iterator[Job]:
        """All of them; `after` is the job of the environment before that must have passed, empty for none."""
        entry, before = self.entry, [after] if after else []
        if entry.approval and not self.by_gitlab:
            yield self._job("approve", before, self._approve(entry))
            before = [approve_job(entry.model, entry.environment)]
        if entry.approval:
            yield self._job("expire", [], self._expire(entry))
        yield self._job("deploy", before, self._deploy(entry))
        if self._is_watched:
            yield self._job("watch", [self._name("deploy")], self._watch(entry))
        yield self._job("rollback", [], self._rollback(entry))
        if retired_in(entry):
            yield self._job("retire", [self.last], self._retire(entry))
        if self._gitlab.release:
            yield self._job("release", [self.last], self._release(entry))
        if self._gitlab.stop:
            yield self._job("stop", [self._name("deploy")], self._stop())

    @property
    def last(self) -> str:
        """The job after which the model is in the environment, and good."""
        return self._name("watch" if self._is_watched else "deploy")

    @property
    def by_gitlab(self) -> bool:
        """Whether the deployment's own approvals (Premium) are the agreement."""
        return bool(self.entry.approval and self.entry.approval.deployment and self.makings.instance.tier in PAID)

    def _approve(self, entry: Entry) -> dict[str, object]:
        assert entry.approval
        named = f"{entry.model}@{digests.short(entry.digest)}"
        read = f"Read first how it compares with production: {self.report}" if self.report else "Read its report first."
        asked = f"Approve {named} for {entry.environment}? {read}"
        return {
            **self.makings.common(self._gitlab_without_host, _SHORT, ("gitlab",)),
            "confirmation": self._confirmation(asked),
            "script": [f"mlgitlab approve {self._options(entry.digest)}{self._limit}"],
        }

    def _expire(self, entry: Entry) -> dict[str, object]:
        assert entry.approval
        seconds = min(entry.approval.within.seconds + _GRACE, LONGEST)
        return {
            **self.makings.common(self._gitlab_without_host, _SHORT, ()),
            "start_in": Duration(seconds).spoken(),
            "script": [f"mlgitlab approval expire {self._options(entry.digest)}{self._limit}"],
        }

    def _deploy(self, entry: Entry) -> dict[str, object]:
        agreed = f"mlgitlab approve {self._options(entry.digest)}{self._limit} --deployment"
        return {
            **self.makings.common(self._gitlab, self._gitlab.timeout, ("gitlab",)),
            "when": "manual" if entry.by_hand else None,
            "resource_group": self._group,
            "environment": self._environment("start", whole=True),
            "script": [*([agreed] if self.by_gitlab else []), f"mlgitlab deploy run {self._options(entry.digest)}"],
        }

    def _watch(self, entry: Entry) -> dict[str, object]:
        timeout = Duration(entry.settings.rollback.watch.seconds + _MARGIN)
        return {
            **self.makings.common(self._gitlab, timeout, ("gitlab",)),
            "environment": self._environment("verify"),
            "script": [f"mlgitlab deploy watch {self._options('')}"],
        }

    def _rollback(self, entry: Entry) -> dict[str, object]:
        named = f"{entry.model}@{digests.short(entry.digest)}"
        # With GitLab's own approvals a deployment would have to be approved first: the way back must not wait.
        action = "access" if self.by_gitlab else "start"
        line = f"mlgitlab deploy rollback {self._options('')} --only {entry.digest} --take-over"
        return {
            **self.makings.common(self._gitlab, self._gitlab.timeout, ("gitlab",)),
            "confirmation": self._confirmation(
                f"Take {named} out of {entry.environment}, and let the model before answer?"
            ),
            "environment": self._environment(action, whole=True),
            "script": [line],
        }

    def _retire(self, entry: Entry) -> dict[str, object]:
        return {
            **self.makings.common(self._gitlab, _SHORT, ()),
            "start_in": Duration(retired_in(entry)).spoken(),
            "environment": self._environment("access"),
            "script": [f"mlgitlab deploy retire {self._options('')}"],
        }

    def _release(self, entry: Entry) -> dict[str, object]:
        return {
            **self.makings.common(self._gitlab_without_host, _SHORT, ("gitlab",)),
            "script": [f"mlgitlab deploy release {self._options(entry.digest)}"],
        }

    def _stop(self) -> dict[str, object]:
        common = self.makings.common(self._gitlab, _SHORT, ())
        return {
            **common,
            "before_script": [*self._gitlab.before_script],
            "resource_group": self._group,
            "environment": self._environment("stop"),
            "script": [*self._gitlab.stop],
        }

    def _job(self, kind: str, needs: list[str], values: Mapping[str, object]) -> Job:
        shared = {"stage": self.stage, "needs": needs, "model": self.entry.model}
        body = without_empty(self.makings.templates.render(kind, {**shared, **values}))
        return Job(name=self._name(kind), body=body, because=(self._because(kind),), must_need=tuple(needs))

    def _because(self, kind: str) -> str:
        entry = self.entry
        named = f"{entry.model}@{digests.short(entry.digest)}"
        now = digests.short(entry.before) if entry.before else "nothing"
        return {
            "approve": f"{named} passes its gates, and a person must agree until {self.until or 'the time is over'}",
            "expire": "whoever waits for an approval that nobody gives waits for ever",
            "deploy": f"{entry.environment} holds {now}, and {named} passes its gates",
            "retire": f"{now} stays ready for the way back, and then takes room for nothing",
            "release": "the model and its evidence are found by a tag",
            "watch": "what is wrong with a model may show under traffic alone",
        }.get(kind, f"a person's decision about {entry.environment}")

    def _environment(self, action: str, *, whole: bool = False) -> dict[str, object]:
        """The keyword `environment`: https://docs.gitlab.com/ci/yaml/#environment."""
        entry, gitlab = self.entry, self._gitlab
        found: dict[str, object] = {
            "name": gitlab_name(entry.model, entry.environment, entry.settings),
            "action": action,
            "deployment_tier": str(tier_of(entry.environment, entry.settings.gitlab)),
        }
        if whole and action == "start":
            found["url"] = gitlab.url
            if gitlab.stop:
                found["on_stop"] = self._name("stop")
                found["auto_stop_in"] = gitlab.auto_stop_in.spoken() if gitlab.auto_stop_in else None
        return {key: value for key, value in found.items() if value is not None}

    def _confirmation(self, text: str) -> str | None:
        return text if self.makings.instance.has(CONFIRMATION) else None

    def _options(self, digest: str) -> str:
        entry = self.entry
        model = f"{entry.model}@{digest}" if digest else entry.model
        return f"{model} --environment {entry.environment}{self.makings.named}"

    @property
    def _limit(self) -> str:
        return f" --until {self.until}" if self.until else ""

    @property
    def _group(self) -> str:
        return f"mlgitlab/{self.entry.environment}/{self.entry.model}"

    @property
    def _is_watched(self) -> bool:
        """Whether there is traffic to judge, and a switch after which to judge it."""
        settings = self.entry.settings
        unseen = (TargetKind.POINTER, TargetKind.SAGEMAKER)  # SageMaker watches by its own alarms
        return settings.target not in unseen and settings.strategy not in (Strategy.REPLACE, Strategy.SHADOW)

    @property
    def _gitlab(self) -> GitLabEnvironment:
        return self.entry.settings.gitlab or GitLabEnvironment()

    @property
    def _gitlab_without_host(self) -> GitLabEnvironment:
        """An approval needs no host, and must not wait for one."""
        return GitLabEnvironment(image=self._gitlab.image, before_script=self._gitlab.before_script)

    def _name(self, kind: str) -> str:
        return f"{self.entry.model}:{self.entry.environment}:{kind}"


def retired_in(entry: Entry) -> int:
    """Seconds after which the model before is stopped; 0 where there is none to stop, or GitLab cannot wait so long."""
    seconds = entry.settings.rollback.window.seconds + _GRACE
    has_slots = entry.settings.target is not TargetKind.POINTER and entry.settings.strategy is not Strategy.SHADOW
    return seconds if entry.before and has_slots and seconds <= LONGEST else 0
