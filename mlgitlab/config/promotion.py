"""`models.<name>.deploy.<environment>.gitlab`: the environment in GitLab, and the jobs that deploy there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from mlgitlab.config.field import doc
from mlgitlab.config.scalars import Duration

# A documented key is one line.
# fmt: off


class DeploymentTier(StrEnum):
    """GitLab's tiers of environments: https://docs.gitlab.com/ci/environments/#deployment-tier-of-environments."""

    PRODUCTION = "production"
    STAGING = "staging"
    TESTING = "testing"
    DEVELOPMENT = "development"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class GitLabEnvironment:
    """The environment in GitLab, and the jobs that deploy there."""

    name: str | None = field(default=None, metadata=doc("Its name in GitLab; without one, `ENVIRONMENT/MODEL`, such as `production/fraud`."))
    url: str | None = field(default=None, metadata=doc("Where it is reached; GitLab links it."))
    tier: DeploymentTier | None = field(default=None, metadata=doc("Its tier; without one, by its key: `production`, `staging`, `testing` or `test`, `development` or `dev`, else `other`."))
    stop: tuple[str, ...] = field(default=(), metadata=doc("The shell line, or lines, of the job that GitLab runs when somebody stops the environment (`on_stop`); not for `production`."))
    auto_stop_in: Duration | None = field(default=None, metadata=doc("When GitLab stops it by itself, counted from the last deployment."))
    image: str | None = field(default=None, metadata=doc("Container image of the jobs."))
    tags: tuple[str, ...] | None = field(default=None, metadata=doc("Runner tags of the jobs: with the target `nginx`, those of the runner on that host."))
    timeout: Duration = field(default=Duration(6 * 3600), metadata=doc("GitLab ends a deploy job after this time; the next run goes on where it stopped."))
    before_script: tuple[str, ...] = field(default=(), metadata=doc("Shell lines before those of mlgitlab; those of `defaults` are for steps alone."))
    variables: Mapping[str, str] = field(default_factory=dict, metadata=doc("Variables of the jobs. Literal: GitLab expands nothing in them."))
    release: bool = field(default=False, metadata=doc("Whether a release of the project is made of the deployed model, with its evidence as links."))
