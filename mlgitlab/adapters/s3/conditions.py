"""Whether a server keeps its word about `If-None-Match: *`: found out before the first write that relies on it."""

from __future__ import annotations

from threading import Lock

from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.operations import Client
from mlgitlab.adapters.s3.trouble import status_of
from mlgitlab.errors import UsageError

PROBE = ".mlgitlab/probe"
_CONTENT = b"Written by mlgitlab to see that this server does not overwrite it.\n"


class Conditions:
    """One answer for one bucket and process.

    The probe has one fixed key: where a store is in use already, one request is answered by 412 and nothing is
    written. A server that ignores the condition overwrites the probe with the same bytes, and nothing of anybody's.
    """

    def __init__(self, client: Client, bucket: str, key: str, place: str) -> None:
        self._client = client
        self._put = {"Bucket": bucket, "Key": key, "Body": _CONTENT, "IfNoneMatch": "*"}
        self._place = place
        self._lock = Lock()
        self._kept = False

    def check(self) -> None:
        """UsageError for a server on which two writers would overwrite each other."""
        with self._lock:
            if not self._kept:
                self._kept = self._refused() or self._refused()
            if not self._kept:
                what = "this server overwrites objects in spite of If-None-Match"
                raise UsageError(
                    f"{self._place}: {what}",
                    "two jobs could overwrite each other's records; see docs/s3.md for servers that do not",
                )

    def _refused(self) -> bool:
        try:
            self._client.put_object(**self._put)
        except ClientError as error:
            # 409: somebody else's probe is on its way, so the condition is looked at.
            if status_of(error) in (409, 412):
                return True
            if status_of(error) == 501:
                return False
            raise
        return False
