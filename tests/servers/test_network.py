"""What lies between a job and its bucket: certificates of a private authority, proxies, outages."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from unittest import mock

import boto3
import pytest

from mlgitlab.errors import UsageError, WorldError
from tests.servers import certificates, moto
from tests.servers.account import Account
from tests.servers.certificates import Certificates
from tests.servers.daemons import free_ports
from tests.servers.tunnel import proxying


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def secure(signed: Certificates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    with moto.serving(tmp_path_factory.mktemp("moto-tls"), signed) as account:
        yield account


@pytest.fixture
def bucket_name(secure: Account, signed: Certificates) -> str:
    name = f"models-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3",
        endpoint_url=secure.endpoint,
        region_name="us-east-1",
        aws_access_key_id=secure.key,
        aws_secret_access_key=secure.secret,
        verify=str(signed.authority),
    )
    client.create_bucket(Bucket=name)
    return name


def test_a_private_authority_is_trusted_by_its_bundle(
    secure: Account, signed: Certificates, bucket_name: str
) -> None:  # fmt: skip
    bucket = secure.open(bucket_name, ca_bundle=str(signed.authority))
    assert bucket.create("a", b"x")
    assert bucket.get("a") == b"x"


def test_the_bundle_of_the_environment_counts_too(secure: Account, signed: Certificates, bucket_name: str) -> None:
    with mock.patch.dict("os.environ", {"AWS_CA_BUNDLE": str(signed.authority)}):
        assert secure.open(bucket_name).get("a") is None


def test_without_its_bundle_it_is_not_trusted_and_the_setting_is_named(secure: Account, bucket_name: str) -> None:
    with pytest.raises(UsageError, match="certificate is not trusted") as caught:
        secure.open(bucket_name).get("a")
    assert "store.ca_bundle" in caught.value.hint


def test_a_bundle_that_is_not_there_is_named(secure: Account, bucket_name: str) -> None:
    with pytest.raises(UsageError, match=r"there is no CA bundle at 'conf/ca\.pem'"):
        secure.open(bucket_name, ca_bundle="conf/ca.pem")


def test_a_proxy_is_used(secure: Account, signed: Certificates, bucket_name: str) -> None:
    with proxying() as proxy, mock.patch.dict("os.environ", {"HTTPS_PROXY": proxy.url, "NO_PROXY": ""}):
        bucket = secure.open(bucket_name, ca_bundle=str(signed.authority))
        assert bucket.create("through/the/proxy", b"x")
        assert set(proxy.asked) == {secure.endpoint.removeprefix("https://")}


def test_a_proxy_is_left_out_where_no_proxy_says_so(secure: Account, signed: Certificates, bucket_name: str) -> None:
    with proxying() as proxy, mock.patch.dict("os.environ", {"HTTPS_PROXY": proxy.url, "NO_PROXY": "127.0.0.1"}):
        assert secure.open(bucket_name, ca_bundle=str(signed.authority)).get("a") is None
        assert not proxy.asked


def test_a_proxy_that_is_down_is_worth_a_retry(secure: Account, signed: Certificates) -> None:
    (port,) = free_ports(1)
    with mock.patch.dict("os.environ", {"HTTPS_PROXY": f"http://user:proxy-secret@127.0.0.1:{port}", "NO_PROXY": ""}):
        bucket = secure.open("models", ca_bundle=str(signed.authority))
        with pytest.raises(WorldError, match="the proxy does not answer") as caught:
            bucket.get("a")
    assert "proxy-secret" not in f"{caught.value.message} {caught.value.hint}"


def test_a_server_that_is_down_is_worth_a_retry() -> None:
    (port,) = free_ports(1)
    account = Account(endpoint=f"http://127.0.0.1:{port}", key="AK", secret="SK")
    with pytest.raises(WorldError, match="Connection refused"):
        account.open("models").get("a")


@pytest.mark.parametrize("url", ["http://user:hunter2@127.0.0.1", "ftp://127.0.0.1", "127.0.0.1:9000", "https://"])
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UsageError, match="no address of a server") as caught:
        Account(endpoint=url, key="AK", secret="SK").open("models")
    assert "hunter2" not in f"{caught.value!r} {caught.value.message} {caught.value.hint}"
