"""Where a store is: `file:` and plain paths are folders, `s3://bucket/prefix` is a bucket."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import UsageError
from mlgitlab.store import keys

Addressing = Literal["auto", "path", "virtual"]
Checksum = Literal["auto", "when_required", "when_supported"]

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_HINT = "a store is a folder (file:///srv/models, or a path) or a bucket (s3://bucket/prefix)"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderPlace:
    """A folder; a path that is not absolute starts where the caller says."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Place:
    """A bucket, and the prefix of all keys, without a slash at either end."""

    bucket: str
    prefix: str


@dataclass(frozen=True, slots=True, kw_only=True)
class S3Settings:
    """All that it takes to open a bucket. Empty means: as the AWS configuration of the machine says.

    `token` reads the job's ID token when it is needed; with it and `role_arn`, credentials come from
    AssumeRoleWithWebIdentity under `session_name`. `ca_bundle` is a PEM file; `parallel` requests go at once.
    """

    bucket: str
    prefix: str = ""
    endpoint_url: str = ""
    region: str = ""
    role_arn: str = ""
    token: Callable[[], str] | None = field(default=None, repr=False)
    session_name: str = "mlgitlab"
    ca_bundle: str = ""
    addressing: Addressing = "auto"
    checksum: Checksum = "auto"
    parallel: int = 8


def place_of(url: str) -> FolderPlace | S3Place:
    """The place that a store's address names; UsageError, which does not repeat what may be a secret, otherwise.

    Nothing is decoded: `%20` in a path is those three characters.
    """
    scheme = _SCHEME.match(url)
    match scheme and scheme[1].lower():
        case None:
            return FolderPlace(path=_folder(url))
        case "file":
            rest = url[len("file:") :]
            return FolderPlace(path=_folder(_without_host(rest) if rest.startswith("//") else rest))
        case "s3":
            return _bucket(url[len("s3:") :])
        case other:
            hint = suggestion(str(other), ("file", "s3"), "schemes") if other else ""
            raise UsageError(f"no store can be opened by {quoted(f'{other}:')}", f"{hint}; {_HINT}" if hint else _HINT)


def _without_host(rest: str) -> str:
    host, slash, path = rest.removeprefix("//").partition("/")
    if host not in ("", "localhost"):
        raise UsageError(f"file://{host}/... names another machine", "write file:///path, with three slashes")
    return slash + path


def _folder(path: str) -> str:
    if not path or "\0" in path:
        raise UsageError("the store's address names no folder", _HINT)
    return path


def _bucket(rest: str) -> S3Place:
    name, _, prefix = rest.removeprefix("//").partition("/")
    if not rest.startswith("//") or "@" in name:
        raise UsageError("the store's address is no s3://bucket/prefix", "credentials are never part of it")
    if not _BUCKET.fullmatch(name):
        raise UsageError(
            f"{quoted(name)} is no name of a bucket", "3 to 63 of a-z, 0-9, `.` and `-`: s3://bucket/prefix"
        )
    prefix = prefix.strip("/")
    if prefix and not keys.is_key(prefix):
        hint = "letters, digits and `._-/`; no part may be empty or begin with a dot"
        raise UsageError(f"{quoted(prefix)} is no prefix of keys", hint)
    return S3Place(bucket=name, prefix=prefix)
