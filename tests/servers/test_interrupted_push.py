"""A push that is killed is continued by the next one."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from tests.servers import files
from tests.servers.account import Account
from tests.servers.files import MIB
from tests.servers.relay import Relay, relaying

SIZE = int(os.environ.get("MLGITLAB_TEST_PUSH_MIB", "160"))


def start(folder: Path, words: list[str], account: Account, endpoint: str) -> subprocess.Popen[bytes]:
    options = ["--store", f"s3://{words.pop()}/store", "--endpoint-url", endpoint]
    return subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "model", *words, *options],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **account.environ()},
        stdout=subprocess.PIPE,
    )


def parts(client: Any, name: str) -> list[dict[str, Any]]:
    """The parts of the one unfinished upload, as far as the server has them."""
    uploads = client.list_multipart_uploads(Bucket=name).get("Uploads", [])
    if not uploads:
        return []
    listed = client.list_parts(Bucket=name, Key=uploads[0]["Key"], UploadId=uploads[0]["UploadId"])
    return list(listed.get("Parts", []))


def kill_when_under_way(process: subprocess.Popen[bytes], client: Any, name: str) -> None:
    end = time.monotonic() + 120
    while len(parts(client, name)) < 3:
        assert process.poll() is None, "the push was through before it could be killed"
        assert time.monotonic() < end
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()


def slow(relay: Relay) -> None:
    """Answers come late, so that the push can be caught in the middle."""

    def wait(_number: int, _before: int, chunk: bytes) -> bytes:
        time.sleep(0.15)
        return chunk

    relay.spoil = wait


def test_after_kill_9_only_the_missing_parts_travel(swift: Account, tmp_path: Path) -> None:
    files.write(tmp_path / "weights", SIZE)
    total = (tmp_path / "weights").stat().st_size
    name, client = swift.new_bucket(), swift.client()
    with relaying(swift.endpoint) as relay:
        slow(relay)
        with start(tmp_path, ["push", "fraud", "weights", name], swift, relay.endpoint) as first:
            kill_when_under_way(first, client, name)
    time.sleep(1)  # what had arrived is written by now
    held = sum(part["Size"] for part in parts(client, name))
    assert 0 < held < total
    with relaying(swift.endpoint) as relay:
        with start(tmp_path, ["push", "fraud", "weights", "--json", name], swift, relay.endpoint) as second:
            said, _ = second.communicate(timeout=300)
        assert second.returncode == 0
        missing = total - held
        assert missing <= relay.sent < missing + MIB
    print(f"{total} bytes: {held} were there, {missing} missing, {relay.sent} travelled")  # noqa: T201 (pytest -s)
    digest = json.loads(said)["digest"]
    with start(tmp_path, ["pull", f"fraud@{digest}", "--into", "back", name], swift, swift.endpoint) as pull:
        pull.communicate(timeout=300)
    assert pull.returncode == 0
    assert (tmp_path / "back" / "weights").read_bytes() == (tmp_path / "weights").read_bytes()
