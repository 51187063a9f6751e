"""A bucket on AWS S3 or on a server that speaks its protocol."""

from __future__ import annotations

from mlgitlab.errors import UsageError
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.places import S3Settings


def open_bucket(settings: S3Settings) -> Bucket:
    """The bucket of these settings. Nothing is sent yet; UsageError for settings that cannot work."""
    try:
        from mlgitlab.adapters.s3.bucket import S3Bucket  # noqa: PLC0415 (boto3 is an extra, and slow to import)
    except ModuleNotFoundError as error:
        if error.name not in ("boto3", "botocore"):
            raise
        raise UsageError("a store on S3 needs boto3", 'pip install "mlgitlab[s3]"') from None
    return S3Bucket(settings)
