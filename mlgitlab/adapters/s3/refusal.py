"""Why STS gave no credentials for a token, and what to do about it."""

from __future__ import annotations

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.claims import Claims
from mlgitlab.adapters.s3.trouble import code_of, said, status_of
from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from mlgitlab.paths import printable

_LIFE = (
    "an ID token lives as long as the job's `timeout`, or 5 minutes where the job has none: set `timeout` for the step"
)
_TRUST = "compare the role's trust policy with these claims (docs/s3.md, the job's identity)"
_AUDIENCE = "`id_token.aud` of the store, the provider's client IDs and the trust policy must name the same audience"


_PROVIDER = "the account needs an identity provider (IAM, OpenID Connect) with the token's `iss` as its URL"


def of_exchange(error: ClientError, role: str, claims: Claims) -> MlgitlabError:
    """The error to raise. The token appears nowhere; its claims do: the trust policy is written in them."""
    if status_of(error) >= 500 or code_of(error) in ("IDPCommunicationError", "Throttling", "ThrottlingException"):
        return WorldError(f"the token service (STS) failed: {said(error)}", "try again")
    ended = "" if claims.expired is None else f"; the token ended {claims.expired:.0f} s ago"
    what = f"{printable(role)} was not given to this job: {said(error)} ({claims}{ended})"
    return UsageError(what, _advice(error, claims))


def _advice(error: ClientError, claims: Claims) -> str:
    """Some servers give no reason; then the claims have to do."""
    code, reason = code_of(error), said(error).lower()
    if claims.expired is not None:
        return _LIFE
    if code in ("ExpiredTokenException", "ExpiredToken"):
        return f"{_LIFE}; or the clock of this machine is wrong"
    if "audience" in reason:
        return _AUDIENCE
    if "provider" in reason:
        return _PROVIDER
    return _TRUST if code == "AccessDenied" else f"{_AUDIENCE}; {_TRUST}"
