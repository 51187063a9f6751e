"""GitLab's API, through python-gitlab: what all who ask it share, and the project's CI Lint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mlgitlab.errors import UsageError, WorldError
from mlgitlab.frozen import dataclass

if TYPE_CHECKING:
    from gitlab import Gitlab

_SECONDS = 30.0
_ADVICE = {
    401: "the token is wrong or has expired",
    403: "the token needs the scope `api` and at least the role Developer",
    404: "the project does not exist, or the token may not see it",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Linted:
    """What GitLab says of a pipeline."""

    errors: tuple[str, ...]
    warnings: tuple[str, ...]


@contextmanager
def session(url: str, token: str, about: str, *, of_job: bool = False) -> Iterator[Gitlab]:
    """A client, and what it raises as errors of ours that say what they are `about`; the token appears in none.

    of_job: the token is that of a job, `CI_JOB_TOKEN`.
    UsageError without the extra, or for a token that GitLab refuses; WorldError when GitLab fails or cannot be reached.
    """
    try:
        import gitlab  # noqa: PLC0415 (an extra, and slow to import)
        from requests import RequestException  # noqa: PLC0415
    except ImportError:
        raise UsageError("GitLab's API needs python-gitlab", "pip install 'mlgitlab[gitlab]'") from None
    try:
        whole = None if of_job else token
        yield gitlab.Gitlab(url, private_token=whole, job_token=token if of_job else None, timeout=_SECONDS)
    except gitlab.GitlabError as error:
        raise _refused(error.response_code, url, about) from None
    except RequestException as error:
        raise WorldError(
            f"cannot reach {url}: {type(error).__name__}", "check the address, the proxy and the CA bundle"
        ) from None


def lint(url: str, token: str, project: str, content: str) -> Linted:
    """Ask the project's CI Lint about a pipeline's YAML. Raises as `session` does.

    https://docs.gitlab.com/api/lint/
    """
    with session(url, token, f"the CI Lint of {project}") as client:
        answer = client.projects.get(project, lazy=True).ci_lint.create({"content": content})
    return Linted(errors=tuple(answer.errors), warnings=tuple(answer.warnings))


def _refused(status: int | None, url: str, about: str) -> UsageError | WorldError:
    answered = f"answered {status}" if status else "gave an answer that is none of its API's"
    message = f"GitLab at {url} {answered} to {about}"
    if status in _ADVICE:
        return UsageError(message, _ADVICE[status])
    return WorldError(message, "try again later" if status else "check the address and the proxy")
