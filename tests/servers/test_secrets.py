"""Whatever fails, no key, secret or token is printed."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.account import Account
from tests.servers.daemons import free_ports

SECRET = "MARKEDsecretMARKED"
TOKEN_END = base64.urlsafe_b64encode(b"MARKEDtokenMARKED").decode().rstrip("=")
TOKEN = ".".join([*(base64.urlsafe_b64encode(part).decode() for part in (b"{}", b'{"aud": "a", "exp": 1}')), TOKEN_END])
MARKS = (SECRET, TOKEN, TOKEN_END, "MARKED", "proxy-secret")


def run(folder: Path, endpoint: str, environ: dict[str, str], config: str = "") -> tuple[int, str]:
    """Exit code and everything that a push says, with a bug's traceback too."""
    (folder / "weights").write_bytes(b"x")
    (folder / "mlgitlab.yml").write_text(
        f"version: 1\nstore:\n  url: s3://models/store\n  endpoint_url: {endpoint}\n{config}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mlgitlab", "model", "push", "fraud", "weights"],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **environ},
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def keys(account: Account) -> dict[str, str]:
    return {**account.environ(), "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": ""}


@pytest.mark.parametrize("trouble", ["wrong secret", "server down", "proxy down", "role refused"])
def test_no_secret_is_printed(swift: Account, tmp_path: Path, trouble: str) -> None:
    (port,) = free_ports(1)
    nowhere = f"http://127.0.0.1:{port}"
    role = "  role_arn: arn:aws:iam::123456789012:role/ml\n  id_token: {name: JOB_TOKEN, aud: a}\n"
    code, said = {
        "wrong secret": lambda: run(tmp_path, swift.endpoint, keys(swift)),
        "server down": lambda: run(tmp_path, nowhere, keys(swift)),
        "proxy down": lambda: run(
            tmp_path,
            "http://s3.example.com",
            {**keys(swift), "HTTP_PROXY": f"http://user:proxy-secret@127.0.0.1:{port}"},
        ),
        "role refused": lambda: run(tmp_path, swift.endpoint, {**keys(swift), "JOB_TOKEN": TOKEN}, role),
    }[trouble]()
    assert code in (2, 4), said
    assert "Traceback" not in said
    assert not [mark for mark in MARKS if mark in said], said


def test_a_bucket_shows_its_address_alone(swift: Account) -> None:
    bucket = swift.open("models")
    assert repr(bucket) == "S3Bucket('s3://models/team/store')"
