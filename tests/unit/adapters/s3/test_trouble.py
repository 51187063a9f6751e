from __future__ import annotations

import pytest
from botocore import exceptions as boto
from botocore.exceptions import ClientError

from mlgitlab.adapters.s3.trouble import explained
from mlgitlab.errors import MlgitlabError, UsageError, WorldError


def answer(status: int, code: str, message: str = "", **headers: str) -> ClientError:
    parsed = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": headers},
    }
    return ClientError(parsed, "PutObject")


def raised(error: Exception) -> MlgitlabError:
    with pytest.raises(MlgitlabError) as caught, explained("s3://models"):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("error", "kind", "hint"),
    [
        (answer(403, "AccessDenied"), UsageError, "what a role needs"),
        (answer(404, "NoSuchBucket"), UsageError, "create the bucket"),
        (answer(403, "SignatureDoesNotMatch"), UsageError, "AWS_ACCESS_KEY_ID"),
        (answer(400, "ExpiredToken"), UsageError, "get new ones"),
        (answer(403, "RequestTimeTooSkewed"), UsageError, "clock"),
        (answer(301, "PermanentRedirect", **{"x-amz-bucket-region": "eu-west-1"}), UsageError, "eu-west-1"),
        (answer(400, "InvalidRequest"), UsageError, "store.checksum"),
        (answer(400, "BadDigest"), WorldError, "altered"),
        (answer(503, "SlowDown"), WorldError, "try again"),
        (answer(500, "InternalError"), WorldError, "try again"),
        (boto.NoCredentialsError(), UsageError, "AWS_ACCESS_KEY_ID"),
        (boto.EndpointConnectionError(endpoint_url="http://x"), WorldError, "reach it"),
        (boto.ReadTimeoutError(endpoint_url="http://x"), WorldError, "reach it"),
        (boto.SSLError(endpoint_url="https://x", error="e"), UsageError, "ca_bundle"),
        (boto.ProxyConnectionError(proxy_url="http://user:secret@proxy"), WorldError, "HTTPS_PROXY"),
        (boto.FlexibleChecksumError(error_msg="x"), WorldError, "try again"),
    ],
)
def test_each_trouble_says_whether_to_repeat_and_what_to_do(
    error: Exception, kind: type[MlgitlabError], hint: str
) -> None:
    found = raised(error)
    assert type(found) is kind
    assert hint in found.hint
    assert "s3://models" in found.message


def test_what_a_server_says_cannot_act_on_a_terminal() -> None:
    found = raised(answer(403, "AccessDenied", "no\x1b[2Jway\nplease"))
    assert "no\\x1b[2Jway\\x0aplease" in found.message


def test_the_password_of_a_proxy_is_not_told() -> None:
    found = raised(boto.ProxyConnectionError(proxy_url="http://user:hunter2@proxy", error="hunter2"))
    assert "hunter2" not in f"{found.message} {found.hint} {found!r}"
