"""What went wrong with a server, in words: what a repetition may mend is a WorldError, the rest a UsageError."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore import exceptions as boto
from botocore.exceptions import BotoCoreError, ClientError

from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from mlgitlab.paths import printable

_LONGEST = 300
_PASSING = frozenset({"SlowDown", "RequestTimeout", "Throttling", "ThrottlingException", "RequestLimitExceeded"})
_DAMAGED = frozenset({"BadDigest", "XAmzContentSHA256Mismatch", "IncompleteBody", "InvalidDigest"})

# What to do, by S3's code or by the status; the first that fits.
_HINTS: tuple[tuple[frozenset[str | int], str], ...] = (
    (frozenset({"NoSuchBucket"}), "create the bucket, or correct store.url and store.endpoint_url"),
    (
        frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"}),
        "the credentials have ended: get new ones",
    ),
    (
        frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "InvalidSecurity", "NotSignedUp"}),
        "check AWS_ACCESS_KEY_ID and its secret, or the role (docs/s3.md)",
    ),
    (frozenset({"RequestTimeTooSkewed"}), "the clock of this machine is wrong"),
    (
        frozenset(
            {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", 301, 307}
        ),
        "the bucket lies in another region: set store.region",
    ),
    (
        frozenset({401, 403}),
        "docs/s3.md lists what a role needs; without s3:ListBucket, S3 also denies what does not exist",
    ),
)
_HINT_OTHER = "store.checksum and store.addressing say how servers other than AWS are spoken to (docs/s3.md)"
_HINT_TLS = "store.ca_bundle (or AWS_CA_BUNDLE) names the PEM file of the server's authority"
_HINT_NONE = "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or store.role_arn and store.id_token (docs/s3.md)"


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Turn botocore's exceptions into ours. `place` is the store's address.

    `from None`, and never botocore's own exception as text: some carry headers, addresses or keys.
    """
    try:
        yield
    except ClientError as error:
        raise of_answer(error, place) from None
    except BotoCoreError as error:
        raise of_transport(error, place) from None


def code_of(error: ClientError) -> str:
    """S3's name for the error; for an answer without body the status."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    """The HTTP status."""
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def said(error: ClientError) -> str:
    """The server's answer on one line: `PutObject: 403 AccessDenied, Access Denied.`."""
    message = printable(str(error.response.get("Error", {}).get("Message") or ""))[:_LONGEST]
    code = printable(code_of(error))
    words = [str(status_of(error)), *([code] if code != str(status_of(error)) else [])]
    return f"{error.operation_name}: {' '.join(words)}" + (f", {message}" if message else "")


def of_answer(error: ClientError, place: str) -> MlgitlabError:
    """The error to raise for a request that was answered with one."""
    code, status = code_of(error), status_of(error)
    what = f"{place}: {said(error)}"
    if status >= 500 or status in (408, 429) or code in _PASSING:
        return WorldError(what, "the server has a problem, or too much to do: try again")
    if code in _DAMAGED:
        return WorldError(what, "the bytes arrived altered: try again, and look at the proxy in between")
    hint = next((hint for keys, hint in _HINTS if keys & {code, status}), _HINT_OTHER)
    return UsageError(what, hint + _region(error))


def of_transport(error: Exception, place: str) -> MlgitlabError:
    """The error to raise for a request that was not answered, or never sent."""
    if isinstance(error, boto.NoCredentialsError | boto.PartialCredentialsError | boto.CredentialRetrievalError):
        return UsageError(f"{place}: no credentials were found", _HINT_NONE)
    if isinstance(error, boto.SSLError):
        return UsageError(f"{place}: the server's certificate is not trusted: {_cause(error)}", _HINT_TLS)
    if isinstance(error, boto.ProxyConnectionError):
        return WorldError(
            f"{place}: the proxy does not answer: {_cause(error)}", "HTTPS_PROXY, HTTP_PROXY, NO_PROXY name it"
        )
    if isinstance(error, boto.ConnectionError | boto.HTTPClientError | boto.IncompleteReadError):
        return WorldError(
            f"{place}: {_kind(error)}: {_cause(error)}", "is the server up, and can this machine reach it?"
        )
    if isinstance(
        error, boto.ParamValidationError | boto.ConfigNotFound | boto.ProfileNotFound | boto.NoRegionError | ValueError
    ):
        return UsageError(f"{place}: {printable(str(error))[:_LONGEST]}", "see docs/s3.md")
    return WorldError(f"{place}: {_kind(error)}", "try again")


def _region(error: ClientError) -> str:
    """The region that the server names, where it does so with an error."""
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    named = headers.get("x-amz-bucket-region") or error.response.get("Error", {}).get("Region") or ""
    return f" (the server says {printable(str(named))})" if named and status_of(error) != 403 else ""


def _kind(error: Exception) -> str:
    """`EndpointConnectionError` as words."""
    name = type(error).__name__.removesuffix("Error")
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


def _cause(error: BaseException) -> str:
    """The system's own words at the bottom of a chain of exceptions; addresses and headers stay above."""
    seen: list[BaseException] = []
    todo = [error]
    while todo:
        one = todo.pop()
        if one in seen or len(seen) > 20:
            continue
        seen.append(one)
        inner = [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
        inner += list(getattr(one, "kwargs", {}).values())
        todo += [each for each in inner if isinstance(each, BaseException)]
    words = [each.strerror for each in seen if isinstance(each, OSError) and each.strerror]
    words += [str(each.verify_message) for each in seen if hasattr(each, "verify_message")]
    return printable(words[-1]) if words else "no answer in time" if isinstance(error, TimeoutError) else "no answer"
