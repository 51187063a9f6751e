"""The runner API through the real python-gitlab, against a GitLab that keeps what it is told."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from mlgitlab.adapters.gitlab_runners import GitLabRunners
from mlgitlab.errors import MlgitlabError, UsageError, WorldError
from mlgitlab.runners import AccessLevel, Owner, RunnerStatus, RunnerType, Settings
from tests.gitlab_runners_api import TOKEN, FakeRunners, User, serve
from tests.servers import certificates

PROJECT = Owner(type=RunnerType.PROJECT, place="group/project")
GROUP = Owner(type=RunnerType.GROUP, place="3")
INSTANCE = Owner(type=RunnerType.INSTANCE)
SETTINGS = Settings(
    description="a100 box",
    tags=("gpu", "gpu:a100"),
    access=AccessLevel.REF_PROTECTED,
    maximum_timeout=7200,
    note="rack 3",
)
CLIENT = "glpat-of-a-client"


@pytest.fixture
def gitlab() -> Iterator[FakeRunners]:
    with serve() as fake:
        yield fake


def api(gitlab: FakeRunners, token: str = TOKEN, **more: float) -> GitLabRunners:
    return GitLabRunners(gitlab.url, token, sleep=lambda _: None, **more)


@pytest.mark.parametrize("owner", [PROJECT, GROUP, INSTANCE], ids=lambda owner: str(owner.type))
def test_a_runner_is_created_with_all_that_was_said(gitlab: FakeRunners, owner: Owner) -> None:
    token = api(gitlab).create(owner, SETTINGS)
    assert token.secret.startswith("glrt-")
    assert token.secret not in repr(token)
    found = api(gitlab).get(token.id)
    assert found is not None
    assert (found.description, found.tags, found.access) == ("a100 box", ("gpu", "gpu:a100"), AccessLevel.REF_PROTECTED)
    assert (found.maximum_timeout, found.note, found.locked, found.run_untagged) == (7200, "rack 3", True, False)
    assert (found.type, found.status, found.online) == (owner.type, RunnerStatus.NEVER_CONTACTED, False)


def test_all_pages_of_a_list_are_read_with_the_details_of_each(gitlab: FakeRunners) -> None:
    numbers = [gitlab.add(tag_list=["gpu", f"n{number}"], maximum_timeout=3600) for number in range(230)]
    found = api(gitlab).visible(PROJECT)
    assert [runner.id for runner in found] == numbers
    assert found[0].tags == ("gpu", "n0")
    assert sum(request == "GET /projects/group%2Fproject/runners" for request in gitlab.requests) == 3


def test_gitlab_filters_by_tags_and_a_project_sees_the_runners_above_it(gitlab: FakeRunners) -> None:
    mine = gitlab.add(tag_list=["gpu", "gpu:a100"])
    gitlab.add(tag_list=["gpu"])
    above = gitlab.add(owner="group_type", place=3, tag_list=["gpu:a100", "gpu", "x"])
    anybody = gitlab.add(owner="instance_type", place=0, tag_list=["gpu", "gpu:a100"])
    gitlab.add(place=8, tag_list=["gpu", "gpu:a100"])
    assert [runner.id for runner in api(gitlab).visible(PROJECT, ["gpu", "gpu:a100"])] == [mine, above, anybody]


def test_a_runner_that_may_be_listed_but_not_looked_at_is_there_without_details(gitlab: FakeRunners) -> None:
    gitlab.users[CLIENT] = User(frozenset({"api"}), roles={"group/project": "maintainer"})
    above = gitlab.add(owner="group_type", place=3, tag_list=["gpu", "x"], maximum_timeout=600)
    (found,) = api(gitlab, CLIENT).visible(PROJECT, ["gpu"])
    assert (found.id, found.tags, found.detailed) == (above, ("gpu",), False)


def test_paused_and_stale_runners_say_so(gitlab: FakeRunners) -> None:
    gitlab.add(paused=True)
    gitlab.add(stale=True, online=False)
    one, two = api(gitlab).visible(PROJECT)
    assert (one.paused, one.status) == (True, RunnerStatus.PAUSED)
    assert (two.paused, two.status, two.online) == (False, RunnerStatus.STALE, False)


def test_a_runner_is_changed_paused_rotated_and_deleted(gitlab: FakeRunners) -> None:
    runners = api(gitlab)
    first = runners.create(PROJECT, SETTINGS)
    assert runners.update(first.id, Settings(description="d", tags=("gpu",))).tags == ("gpu",)
    assert runners.pause(first.id, True).paused
    assert not runners.pause(first.id, False).paused
    second = runners.rotate(first.id)
    assert (second.id, second.secret == first.secret) == (first.id, False)
    runners.delete(first.id)
    runners.delete(first.id)
    assert runners.get(first.id) is None


def test_a_limit_of_the_rate_is_waited_for(gitlab: FakeRunners) -> None:
    waited: list[float] = []
    gitlab.fail("POST /user/runners", 429, headers={"Retry-After": "7"})
    GitLabRunners(gitlab.url, TOKEN, sleep=waited.append).create(PROJECT, SETTINGS)
    assert waited == [7]
    assert len(gitlab.runners) == 1


def test_a_long_limit_of_the_rate_is_an_answer(gitlab: FakeRunners) -> None:
    gitlab.fail("POST /user/runners", 429, headers={"Retry-After": "3600"})
    with pytest.raises(WorldError, match="limits the rate") as caught:
        api(gitlab).create(PROJECT, SETTINGS)
    assert "wait 3600 seconds" in caught.value.hint


def test_what_failed_with_a_fault_of_the_server_is_not_sent_twice(gitlab: FakeRunners) -> None:
    gitlab.fail("POST /user/runners", 502, done=True)
    with pytest.raises(WorldError, match="502"):
        api(gitlab).create(PROJECT, SETTINGS)
    assert len(gitlab.runners) == 1


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (401, UsageError, "wrong, revoked or has expired"),
        (403, UsageError, "the role is too low"),
        (404, UsageError, "may not see it"),
        (409, WorldError, "run the command again"),
        (429, WorldError, "wait a minute"),
        (500, WorldError, "try again in some minutes"),
        (503, WorldError, "try again in some minutes"),
    ],
)
def test_each_refusal_says_what_to_do(gitlab: FakeRunners, status: int, kind: type[MlgitlabError], advice: str) -> None:
    gitlab.fail("POST /user/runners", status, times=9, body={"message": f"no, {TOKEN}\x1b[31m"})
    with pytest.raises(kind) as caught:
        api(gitlab).create(Owner(type=RunnerType.PROJECT, place="7"), SETTINGS)
    assert str(status) in caught.value.message
    assert advice in caught.value.hint
    assert TOKEN not in caught.value.message
    assert "\x1b" not in caught.value.message


def test_a_scope_that_is_missing_is_named(gitlab: FakeRunners) -> None:
    gitlab.users[CLIENT] = User(frozenset({"create_runner"}), roles={"group/project": "maintainer"})
    client = api(gitlab, CLIENT)
    with pytest.raises(UsageError) as caught:
        client.create(PROJECT, SETTINGS)
    assert "give the number instead of the path" in caught.value.hint
    number = client.create(Owner(type=RunnerType.PROJECT, place="7"), SETTINGS).id
    with pytest.raises(UsageError) as caught:
        client.pause(number, True)
    assert caught.value.hint == "create a token with the scope manage_runner (or api)"


def test_a_role_that_is_too_low_is_refused(gitlab: FakeRunners) -> None:
    gitlab.users[CLIENT] = User(frozenset({"api"}), roles={"group/project": "developer"})
    with pytest.raises(UsageError, match="Insufficient permissions") as caught:
        api(gitlab, CLIENT).create(PROJECT, SETTINGS)
    assert "Maintainer" in caught.value.hint


def test_a_project_that_does_not_exist_and_a_bad_value_are_named(gitlab: FakeRunners) -> None:
    with pytest.raises(UsageError, match="Missing/invalid project"):
        api(gitlab).create(Owner(type=RunnerType.PROJECT, place="99"), SETTINGS)
    with pytest.raises(UsageError, match="at least 10 minutes"):
        api(gitlab).create(PROJECT, Settings(description="", tags=("gpu",), maximum_timeout=5))


def test_nobody_at_the_address_no_address_and_a_server_that_is_no_gitlab() -> None:
    with pytest.raises(WorldError, match="cannot reach") as caught:
        GitLabRunners("http://127.0.0.1:9", TOKEN).visible(PROJECT)
    assert "firewall" in caught.value.hint
    with pytest.raises(WorldError):
        GitLabRunners("nonsense", TOKEN).visible(PROJECT)


def test_a_certificate_that_is_not_trusted_is_named(tmp_path: Path) -> None:
    made = certificates.make(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(made.certificate, made.key)
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        with pytest.raises(WorldError, match="is not trusted") as caught:
            GitLabRunners(f"https://127.0.0.1:{server.server_address[1]}", TOKEN).visible(PROJECT)
        thread.join()
    assert "REQUESTS_CA_BUNDLE" in caught.value.hint


def test_a_proxy_that_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(WorldError, match="proxy refuses"):
        GitLabRunners("https://gitlab.example.com", TOKEN).visible(PROJECT)
