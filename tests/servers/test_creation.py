"""Objects of which there may be one only."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from mlgitlab.adapters.s3.bucket import S3Bucket
from mlgitlab.errors import UsageError
from tests.servers.account import Account
from tests.servers.relay import relaying


def test_of_eight_writers_on_eight_machines_exactly_one_wins(account: Account) -> None:
    name = account.new_bucket()
    buckets = [account.open(name) for _ in range(8)]
    for turn in range(5):
        start = threading.Barrier(8)

        def create(number: int, start: threading.Barrier = start, turn: int = turn) -> bool:
            start.wait()
            return buckets[number].create(f"pointers/{turn}", b"%d" % number)

        with ThreadPoolExecutor(8) as pool:
            won = list(pool.map(create, range(8)))
        assert won.count(True) == 1
        assert buckets[0].get(f"pointers/{turn}") == b"%d" % won.index(True)


def test_a_creation_whose_answer_is_lost_is_known_to_be_ours(account: Account) -> None:
    name = account.new_bucket()
    account.open(name).create("first", b"x")  # the probe is there: one request asks for it
    with relaying(account.endpoint) as relay:
        bucket = Account(endpoint=relay.endpoint, key=account.key, secret=account.secret).open(name)
        bucket.create("second", b"x")
        lost = relay.connections + 1
        relay.spoil = lambda number, _before, chunk: None if number <= lost else chunk
        assert bucket.create("third", b"ours")
        relay.spoil = lambda _number, _before, chunk: chunk
        assert relay.connections > 1
        assert not bucket.create("third", b"ours")


class Forgetful(BaseHTTPRequestHandler):
    """A server that takes every object and looks at no condition."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("ETag", '"0"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
        pass


def test_a_server_that_overwrites_is_refused_before_anything_is_written() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), Forgetful) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        account = Account(endpoint=f"http://127.0.0.1:{server.server_port}", key="AK", secret="SK")
        with pytest.raises(UsageError, match="overwrites objects in spite of If-None-Match"):
            account.open("models").create("pointers/1", b"x")
        server.shutdown()


def test_the_probe_is_no_part_of_the_store(account: Account) -> None:
    bucket: S3Bucket = account.open(account.new_bucket())
    bucket.create("a", b"x")
    assert [item.key for item in bucket.list("")] == ["a"]
