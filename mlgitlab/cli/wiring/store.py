"""The stores: a folder, or S3, whose library is loaded when a bucket is opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from mlgitlab.adapters import files
from mlgitlab.adapters.store.folder import FolderBucket
from mlgitlab.adapters.store.gather import gather
from mlgitlab.adapters.store.local import LocalFiles
from mlgitlab.store.bucket import Bucket
from mlgitlab.store.files import Files
from mlgitlab.store.places import S3Settings


def folder_bucket(root: Path) -> Bucket:
    """A bucket in a folder."""
    return FolderBucket(root)


def s3_bucket(settings: S3Settings) -> Bucket:
    """A bucket of S3 or of a server like it; UsageError where boto3 is not installed."""
    from mlgitlab.adapters.s3 import open_bucket  # noqa: PLC0415 (boto3 is an extra, and slow to load)

    return open_bucket(settings)


def local_files() -> Files:
    """The files of this machine."""
    return LocalFiles()


def gathered(base: Path, given: Iterable[Path]) -> Mapping[str, Path]:
    """The files at or below paths, by their paths below `base`."""
    return gather(base, given)


def read_file(path: Path) -> bytes:
    """A small file's content; UsageError where it cannot be read."""
    return files.read(path)


def write_file(path: Path, content: bytes) -> None:
    """Write a small file in one step."""
    files.write(path, content)
