"""What it means when GitLab's API refuses or cannot be reached, and what to do about it."""

from __future__ import annotations

import gitlab
import requests

from mlgitlab.adapters.masking import masked
from mlgitlab.errors import MlgitlabError, UsageError, WorldError

_REFUSED = {
    400: "GitLab does not accept a value; the message names it",
    401: "the token in MLGITLAB_GITLAB_TOKEN is wrong, revoked or has expired",
    403: "the role is too low: runners of a project need Maintainer, of a group Owner, of an instance an administrator",
    404: "it does not exist, or the token may not see it",
    422: "GitLab does not accept a value; the message names it",
}
_FAILED = {
    409: "somebody else changed it at the same moment: run the command again",
    412: "somebody else changed it at the same moment: run the command again",
    429: "GitLab asks to slow down: wait a minute and run the command again",
}
_FAULT = "GitLab has a fault or is being updated: try again in some minutes"
_STRANGE = "is this the address of a GitLab instance?"

# The first that fits: each is a kind of ConnectionError, too.
_UNREACHABLE = (
    (
        requests.exceptions.SSLError,
        "the certificate of {} is not trusted",
        "name the authority's file in REQUESTS_CA_BUNDLE, or mend the clock if it is wrong",
    ),
    (
        requests.exceptions.ProxyError,
        "the proxy refuses the way to {}",
        "check HTTPS_PROXY, HTTP_PROXY and NO_PROXY",
    ),
    (
        requests.exceptions.Timeout,
        "{} does not answer in time",
        "check the network and the proxy, then try again",
    ),
    (
        requests.exceptions.ConnectionError,
        "cannot reach {}",
        "check the address, the name's resolution, the firewall and the proxy",
    ),
)


def refused(error: gitlab.GitlabError, what: str, url: str, *, scopes: str, secrets: tuple[str, ...]) -> MlgitlabError:
    """Our error for GitLab's. `what`: the thing that was tried. `scopes`: those of a token that could do it."""
    status, said = error.response_code, masked(str(error.error_message), secrets)
    if isinstance(error, gitlab.exceptions.RedirectError):
        return UsageError(f"{url} answers with another address to: {what}", "give the address that it redirects to")
    message = f"GitLab at {url} answered {status or 'nothing usable'} to: {what}"
    if said:
        message = f"{message} ({said})"
    if status == 403 and "insufficient_scope" in str(error.error_message):
        return UsageError(message, f"create a token with the scope {scopes}")
    if status in _REFUSED:
        return UsageError(message, _REFUSED[status])
    return WorldError(message, _FAILED.get(status or 0) or (_FAULT if (status or 0) >= 500 else _STRANGE))


def unreachable(error: requests.RequestException, url: str) -> WorldError:
    """Our error for a request that got no answer."""
    for kind, what, advice in _UNREACHABLE:
        if isinstance(error, kind):
            return WorldError(what.format(url), advice)
    return WorldError(f"cannot reach {url}: {type(error).__name__}", "check the address and the proxy")
