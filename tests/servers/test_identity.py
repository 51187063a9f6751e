"""The job's ID token buys credentials of a role from a real token service, or says why it does not."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

import pytest

from mlgitlab.adapters.s3 import open_bucket
from mlgitlab.errors import UsageError, WorldError
from mlgitlab.store.bucket import Bucket
from tests.servers.account import Account
from tests.servers.daemons import free_ports
from tests.servers.issuer import Issuer, issuing
from tests.servers.radosgw import Cluster

AUDIENCE = "https://gitlab.example.com"
Open = Callable[[Callable[[], str]], Bucket]


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    with issuing() as found:
        yield found


@pytest.fixture(scope="module")
def role(cluster: Cluster, issuer: Issuer) -> str:
    """A role that jobs with a token for our audience may have."""
    provider = issuer.url.removeprefix("http://")
    cluster.account.client("iam").create_open_id_connect_provider(
        Url=issuer.url, ClientIDList=[AUDIENCE], ThumbprintList=[issuer.thumbprint]
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": [f"arn:aws:iam:::oidc-provider/{provider}"]},
        "Action": ["sts:AssumeRoleWithWebIdentity"],
        "Condition": {"StringEquals": {f"{provider}:app_id": AUDIENCE}},
    }
    allowed = {"Effect": "Allow", "Action": ["s3:*"], "Resource": ["arn:aws:s3:::models-*", "arn:aws:s3:::models-*/*"]}
    cluster.admin("role", "create", "--role-name=ml-ci", f"--assume-role-policy-doc={_policy(trust)}")
    cluster.admin("role-policy", "put", "--role-name=ml-ci", "--policy-name=s3", f"--policy-doc={_policy(allowed)}")
    return "arn:aws:iam:::role/ml-ci"


def _policy(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def opened(radosgw: Account, role: str) -> Iterator[Open]:
    """Opens a bucket as a job does: no keys in the environment, a role and a token."""
    name = radosgw.new_bucket()
    with mock.patch.dict("os.environ", radosgw.environ()):
        for variable in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            del os.environ[variable]
        yield lambda token: open_bucket(radosgw.settings(name, role_arn=role, token=token, session_name="ml/demo 42"))


def test_a_token_for_the_right_audience_reads_and_writes(opened: Open, issuer: Issuer) -> None:
    asked: list[str] = []

    def token() -> str:
        asked.append("token")
        return f"{issuer.token(AUDIENCE)}\n"

    bucket = opened(token)
    assert not asked, "nothing is exchanged before it is needed"
    assert bucket.create("pointers/1", b"x")
    assert bucket.get("pointers/1") == b"x"
    assert asked == ["token"]


def test_a_token_for_another_audience_is_refused(opened: Open, issuer: Issuer) -> None:
    error = refused(opened(lambda: issuer.token("https://evil.example.com")))
    assert "aud https://evil.example.com" in error.message
    assert "id_token.aud" in error.hint


def test_a_token_that_has_ended_is_refused(opened: Open, issuer: Issuer) -> None:
    error = refused(opened(lambda: issuer.token(AUDIENCE, life=-60)))
    assert "the token ended 6" in error.message
    assert "`timeout`" in error.hint


def test_a_forged_signature_is_refused(opened: Open, issuer: Issuer) -> None:
    header, claims, signature = issuer.token(AUDIENCE).split(".")
    forged = f"{header}.{claims}.{'A' * len(signature)}"
    error = refused(opened(lambda: forged))
    assert "arn:aws:iam:::role/ml-ci was not given to this job" in error.message
    assert "trust policy" in error.hint


def test_what_is_no_token_is_not_sent(opened: Open) -> None:
    error = refused(opened(lambda: "glpat-not-a-token"))
    assert "no JSON web token" in error.message


def test_the_role_may_do_no_more_than_its_policy_says(radosgw: Account, issuer: Issuer, role: str) -> None:
    radosgw.client().create_bucket(Bucket="elsewhere")
    with mock.patch.dict("os.environ", radosgw.environ()):
        settings = radosgw.settings("elsewhere", role_arn=role, token=lambda: issuer.token(AUDIENCE))
        with pytest.raises(UsageError, match="403 AccessDenied"):
            open_bucket(settings).get("a")


def test_a_token_service_that_is_down_is_worth_a_retry(radosgw: Account, issuer: Issuer, role: str) -> None:
    (port,) = free_ports(1)
    with mock.patch.dict("os.environ", {**radosgw.environ(), "AWS_ENDPOINT_URL_STS": f"http://127.0.0.1:{port}"}):
        bucket = open_bucket(radosgw.settings("models", role_arn=role, token=lambda: issuer.token(AUDIENCE)))
        with pytest.raises(WorldError, match="token service"):
            bucket.get("a")


def refused(bucket: Bucket) -> UsageError:
    """How a bucket refuses to be read; never with the token in it."""
    with pytest.raises(UsageError) as caught:
        bucket.get("a")
    assert "eyJ" not in f"{caught.value!r} {caught.value.message} {caught.value.hint}"
    return caught.value


def test_the_documented_policy_keeps_training_away_from_production(
    cluster: Cluster, issuer: Issuer, role: str
) -> None:  # fmt: skip
    account = cluster.account
    name = account.new_bucket()
    page = (Path(__file__).parents[2] / "docs" / "s3.md").read_text("utf-8")
    (policy,) = re.findall(r"<!-- policy: train -->\n```json\n(.*?)```", page, re.DOTALL)
    trust = json.loads(cluster.admin("role", "get", "--role-name=ml-ci"))["AssumeRolePolicyDocument"]
    cluster.admin("role", "create", "--role-name=ml-train", f"--assume-role-policy-doc={trust}")
    document = policy.replace("acme-models", name)
    cluster.admin("role-policy", "put", "--role-name=ml-train", "--policy-name=s3", f"--policy-doc={document}")
    with mock.patch.dict("os.environ", account.environ()):
        trained = role.replace("ml-ci", "ml-train")
        bucket = open_bucket(account.settings(name, "store", role_arn=trained, token=lambda: issuer.token(AUDIENCE)))
        assert bucket.create("pointers/fraud/candidate/00000001.json", b"{}")
        assert bucket.create("models/fraud/manifest.json", b"{}")
        assert [item.key for item in bucket.list("models/")] == ["models/fraud/manifest.json"]
        assert bucket.size("models/nothing") is None
        for key in ("pointers/fraud/production/00000001.json", "elsewhere"):
            with pytest.raises(UsageError, match="403 AccessDenied"):
                bucket.create(key, b"{}")
        with pytest.raises(UsageError, match="403 AccessDenied"):
            bucket.delete(["models/fraud/manifest.json"])
