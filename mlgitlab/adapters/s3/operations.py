"""What is used of botocore's client, which makes its methods at run time and so has no types of its own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

Answer = Mapping[str, Any]


class Body(Protocol):
    """The bytes of an object while they arrive."""

    def read(self, amt: int | None = None) -> bytes:
        """So many of the next bytes, or all; none at the end."""
        ...


class Pages(Protocol):
    """An operation whose answers come in pages."""

    def paginate(self, **given: object) -> Iterable[Answer]:
        """The pages, asked for one after another."""
        ...


class Operation(Protocol):
    """One request by name; ClientError for an answer that is an error."""

    def __call__(self, **given: object) -> Answer:
        """The parsed answer."""
        ...


class Client(Protocol):
    """S3's operations, as its reference names them. Several threads may use one client at once."""

    head_object: Operation
    get_object: Operation
    put_object: Operation
    delete_object: Operation
    delete_objects: Operation
    list_objects_v2: Operation
    list_multipart_uploads: Operation
    create_multipart_upload: Operation
    upload_part: Operation
    complete_multipart_upload: Operation
    abort_multipart_upload: Operation

    def get_paginator(self, name: str) -> Pages:
        """The pages of `list_objects_v2`, `list_parts` or `list_multipart_uploads`."""
        ...


class TokenService(Protocol):
    """STS."""

    assume_role_with_web_identity: Operation
