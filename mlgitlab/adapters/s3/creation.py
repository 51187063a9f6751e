"""Write an object that must be the only one of its key, and know whether it is ours that is there."""

from __future__ import annotations

import hashlib
import random
import secrets
import time
from collections.abc import Mapping

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.operations import Client
from mlgitlab.adapters.s3.trouble import status_of
from mlgitlab.errors import WorldError

_TRIES = 8
_WRITER = "mlgitlab-writer"
# Swift looks for an object when a request arrives and writes it when the body is there, without a lock in between:
# of writers at once several hear 201, and the last one's object stays. (swift/obj/server.py, ObjectController.PUT.)
_WITHOUT_LOCK = "x-openstack-request-id"
_SETTLE_SECONDS = 0.25
_SETTLE_FACTOR = 8


def create(client: Client, place: Mapping[str, str], content: bytes) -> bool:
    """Whether the object was written by this call; `place` has `Bucket` and `Key`.

    A name for this very call goes along as metadata. It answers two questions that the status does not. After a
    lost answer botocore sends the object again and hears 412: is the object there ours? And on a server that checks
    without a lock: whose object is there when all writers are through?
    """
    writer = secrets.token_hex(16)
    for attempt in range(_TRIES):
        begun = time.monotonic()
        try:
            answer = client.put_object(**place, Body=content, IfNoneMatch="*", Metadata={_WRITER: writer})
        except ClientError as error:
            if status_of(error) == 412:
                return _written_by(client, place) == writer
            if status_of(error) != 409:
                raise
            # Another writer's request for this key is under way: ask again when it is through.
            time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 (spreads writers, hides nothing)
            continue
        if _WITHOUT_LOCK not in answer["ResponseMetadata"]["HTTPHeaders"] or _names_itself(place["Key"], content):
            return True
        # Whoever was let in beside this call was so before it was through, and takes about as long.
        time.sleep(max(_SETTLE_SECONDS, _SETTLE_FACTOR * (time.monotonic() - begun)))
        return _written_by(client, place) == writer
    raise WorldError(f"{place['Key']} is being written by others all the time", "try again")


def _names_itself(key: str, content: bytes) -> bool:
    """Whether the key holds the content's digest: then it does not matter whose object stays."""
    return hashlib.sha256(content).hexdigest() in key


def _written_by(client: Client, place: Mapping[str, str]) -> str | None:
    """The name of the call that wrote the object; None where the object is gone or was written by something else."""
    try:
        metadata: Mapping[str, str] = client.head_object(**place).get("Metadata", {})
    except ClientError as error:
        if status_of(error) != 404:
            raise
        return None
    return metadata.get(_WRITER)
