"""GitLab's API, through python-gitlab: the project's CI Lint."""

from __future__ import annotations

from mlgitlab.errors import UsageError, WorldError
from mlgitlab.frozen import dataclass

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


def lint(url: str, token: str, project: str, content: str) -> Linted:
    """Ask the project's CI Lint about a pipeline's YAML.

    https://docs.gitlab.com/api/lint/. Raises UsageError without the extra, or for a token that GitLab
    refuses; WorldError when GitLab cannot be reached. The token appears in no message.
    """
    try:
        import gitlab  # noqa: PLC0415 (an extra, and slow to import)
        from requests import RequestException  # noqa: PLC0415
    except ImportError:
        raise UsageError("GitLab's CI Lint needs python-gitlab", "pip install 'mlgitlab[gitlab]'") from None
    try:
        client = gitlab.Gitlab(url, private_token=token, timeout=30)
        answer = client.projects.get(project, lazy=True).ci_lint.create({"content": content})
    except gitlab.GitlabError as error:
        raise _refused(error.response_code, url, project) from None
    except RequestException as error:
        raise WorldError(
            f"cannot reach {url}: {type(error).__name__}", "check the address, the proxy and the CA bundle"
        ) from None
    return Linted(errors=tuple(answer.errors), warnings=tuple(answer.warnings))


def _refused(status: int | None, url: str, project: str) -> UsageError | WorldError:
    message = f"GitLab at {url} answered {status} to the CI Lint of {project}"
    if status in _ADVICE:
        return UsageError(message, _ADVICE[status])
    return WorldError(message, "try again later")
