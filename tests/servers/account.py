"""How a test reaches a server: an address and one pair of keys, and buckets of its own on it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

import boto3
from botocore.config import Config

from mlgitlab.adapters.s3 import open_bucket
from mlgitlab.adapters.s3.bucket import S3Bucket
from mlgitlab.store.places import S3Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An S3 server with one user, who may do everything."""

    endpoint: str
    key: str
    secret: str

    def client(self, service: str = "s3") -> Any:
        """A plain client of boto3's, for what a test looks at from outside."""
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            aws_access_key_id=self.key,
            aws_secret_access_key=self.secret,
            region_name="us-east-1",
            config=Config(
                s3={"addressing_style": "path"},
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def environ(self) -> Mapping[str, str]:
        """The variables with which the ordinary AWS chain finds the keys, and nothing else."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }

    @contextmanager
    def environment(self) -> Iterator[None]:
        """This process sees these variables of the AWS chain for a while."""
        with mock.patch.dict("os.environ", self.environ()):
            yield

    def new_bucket(self) -> str:
        """The name of a bucket that was just made."""
        name = f"models-{uuid.uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return name

    def settings(self, bucket: str, prefix: str = "team/store", **more: Any) -> S3Settings:
        """What `mlgitlab.yml` would say about this server."""
        return S3Settings(bucket=bucket, prefix=prefix, endpoint_url=self.endpoint, **more)

    def open(self, bucket: str, prefix: str = "team/store", **more: Any) -> S3Bucket:
        """A connection with the keys of this account."""
        with self.environment():
            opened = open_bucket(self.settings(bucket, prefix, **more))
            assert isinstance(opened, S3Bucket)
            return opened
