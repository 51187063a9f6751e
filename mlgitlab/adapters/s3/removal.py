"""Delete objects: a thousand with one request, or one by one where the server cannot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from itertools import islice

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.operations import Client
from mlgitlab.adapters.s3.trouble import code_of, status_of

_MOST = 1000
# Servers that want Content-MD5 where botocore sends a newer checksum, or that have no such operation.
_UNABLE = frozenset({400, 405, 411, 501})


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Takes whole keys, with the store's prefix."""

    client: Client
    pool: Executor
    bucket: str

    def run(self, keys: Iterable[str]) -> None:
        """Remove them all; ClientError for the first that cannot be removed."""
        todo = iter(keys)
        while batch := list(islice(todo, _MOST)):
            try:
                self._together(batch)
            except ClientError as error:
                if status_of(error) not in _UNABLE:
                    raise
                list(self.pool.map(self._alone, batch))

    def _together(self, keys: Sequence[str]) -> None:
        named = {"Objects": [{"Key": key} for key in keys], "Quiet": True}
        answer = self.client.delete_objects(Bucket=self.bucket, Delete=named)
        for failed in answer.get("Errors", []):
            if failed.get("Code") != "NoSuchKey":
                status = 403 if failed.get("Code") == "AccessDenied" else 500
                raise ClientError({"Error": failed, "ResponseMetadata": {"HTTPStatusCode": status}}, "DeleteObjects")

    def _alone(self, key: str) -> None:
        try:
            self.client.delete_object(Bucket=self.bucket, Key=key)
        except ClientError as error:
            if code_of(error) != "NoSuchKey":
                raise
