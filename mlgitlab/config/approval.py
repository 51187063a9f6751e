"""`models.<name>.approval`: who must agree before a model is deployed, and for how long that counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar

from mlgitlab.config.field import doc
from mlgitlab.config.scalars import Duration

# A documented key is one line.
# fmt: off


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A person's agreement to exactly one model in one environment, which expires."""

    shorthand: ClassVar[str] = "users"

    users: tuple[str, ...] = field(default=(), metadata=doc("Logins of those who may approve. Without `users` and `groups`: whoever GitLab lets run a job of the protected branch."))
    groups: tuple[str, ...] = field(default=(), metadata=doc("Paths of GitLab groups (`acme/mlops`) whose members may approve; GitLab is asked with `MLGITLAB_GITLAB_TOKEN`."))
    environments: tuple[str, ...] = field(default=("production",), metadata=doc("The environments, keys of `deploy`, that no model enters without one."))
    four_eyes: bool = field(default=False, metadata=doc("Refuse an approval by whoever started the pipeline that judged the model; where nobody knows who did, too."))
    confirmed: bool = field(default=False, metadata=doc("Refuse an approval where GitLab itself has not said, by the job's own token, who runs the job."))
    within: Duration = field(default=Duration(2 * 86400), metadata=doc("How long a planned promotion waits for an approval; then it is rejected. At most a week."))
    expires: Duration = field(default=Duration(86400), metadata=doc("How long an approval lets a deployment begin."))
    verdict_age: Duration = field(default=Duration(7 * 86400), metadata=doc("Age of the oldest verdict that may be approved."))
    protected: bool = field(default=True, metadata=doc("Whether only jobs on protected branches and tags may approve, and only verdicts from such jobs count. `false` is for trying things out."))
    deployment: bool = field(default=False, metadata=doc("GitLab Premium: the approvals of the deployment itself (protected environments) are the agreement; the deploy job reads them."))
