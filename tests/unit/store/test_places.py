"""Which place a store's address names."""

from __future__ import annotations

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.store.places import FolderPlace, S3Place, S3Settings, place_of


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("file:///srv/models", FolderPlace(path="/srv/models")),
        ("file://localhost/srv", FolderPlace(path="/srv")),
        ("FILE:/srv/models", FolderPlace(path="/srv/models")),
        ("file:models", FolderPlace(path="models")),
        ("../models", FolderPlace(path="../models")),
        ("/srv/a%20b", FolderPlace(path="/srv/a%20b")),
        ("file:///srv/a:b", FolderPlace(path="/srv/a:b")),
        ("s3://bucket", S3Place(bucket="bucket", prefix="")),
        ("s3://bucket/", S3Place(bucket="bucket", prefix="")),
        ("S3://my.bucket/team/models/", S3Place(bucket="my.bucket", prefix="team/models")),
    ],
)
def test_an_address_is_a_place(url: str, place: FolderPlace | S3Place) -> None:
    assert place_of(url) == place


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("", "names no folder"),
        ("file:", "names no folder"),
        ("file://host/srv", "names another machine"),
        ("s4://bucket/x", "no store can be opened by 's4:'"),
        ("https://bucket.s3.amazonaws.com", "no store can be opened by 'https:'"),
        ("s3:bucket", "is no s3://bucket/prefix"),
        ("s3:///prefix", "'' is no name of a bucket"),
        ("s3://Bucket/x", "'Bucket' is no name of a bucket"),
        ("s3://bucket/a//b", "'a//b' is no prefix"),
        ("s3://bucket/../x", "'../x' is no prefix"),
        ("s3://bucket/a b", "'a b' is no prefix"),
    ],
)
def test_what_is_no_address_is_told(url: str, what: str) -> None:
    with pytest.raises(UsageError, match=what.replace("?", r"\?")):
        place_of(url)


def test_a_scheme_that_is_nearly_right_leads_to_a_question() -> None:
    with pytest.raises(UsageError) as caught:
        place_of("files:///srv")
    assert "did you mean `file`?" in caught.value.hint


def test_credentials_in_an_address_are_refused_and_not_repeated() -> None:
    with pytest.raises(UsageError) as caught:
        place_of("s3://AKIAEXAMPLE:geheim@bucket/prefix")
    assert "geheim" not in f"{caught.value.message}{caught.value.hint}"


def test_the_token_is_not_shown() -> None:
    assert "geheim" not in repr(S3Settings(bucket="b", token=lambda: "geheim"))
