"""`mlgitlab runner register` on a host with GPUs, against a GitLab that keeps what it is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mlgitlab.runner.keys import problems
from tests.gitlab_runners_api import FakeRunners, User, serve, unhindered
from tests.repositories import ISOLATED
from tests.runner_hosts import Host

REGISTER = ("register", "--project", "group/project", "--name", "box")
COMMENTED = (
    '# ours\nconcurrent = 3 # three\n\n[[runners]]\n  name = "old"\n  url = "https://other"\n  token = "glrt-old"\n'
)


@pytest.fixture
def gitlab() -> Iterator[FakeRunners]:
    with serve() as fake:
        yield fake


@pytest.fixture
def host(tmp_path: Path, gitlab: FakeRunners) -> Host:
    made = Host(folder=tmp_path, gitlab=gitlab)
    made.has_gpus("a100x2")
    return made


def runners(host: Host) -> list[dict[str, Any]]:
    text = host.config.read_text("utf-8")
    data = tomllib.loads(text)
    assert problems(data, "config.toml") == ()
    found: list[dict[str, Any]] = data["runners"]
    return found


def test_the_gpus_that_are_found_become_a_runner_with_tags_in_gitlab_and_in_the_file(
    host: Host, gitlab: FakeRunners
) -> None:
    done = host.run(
        *REGISTER, "--protected", "--maximum-timeout", "12h", "--tag", "rack-3", "--note", "rack 3", "--json"
    )
    (runner,) = gitlab.runners.values()
    assert runner["tag_list"] == [
        "gpu", "gpu:a100", "gpu-count:2", "gpu-memory:80gb", "cuda:11", "cuda:12", "rack-3",
    ]  # fmt: skip
    assert (runner["run_untagged"], runner["locked"], runner["access_level"]) == (False, True, "ref_protected")
    assert (runner["maximum_timeout"], runner["maintenance_note"], runner["description"]) == (43200, "rack 3", "box")
    (written,) = runners(host)
    assert (written["id"], written["token"], written["url"]) == (runner["id"], runner["token"], gitlab.url)
    assert written["docker"]["gpus"] == written["docker"]["service_gpus"] == "all"
    assert host.config.stat().st_mode & 0o777 == 0o600
    assert done.json["action"] == "registered"
    assert done.json["writer_because"] == "gitlab-runner is not on PATH"


def test_a_second_call_changes_the_same_runner(host: Host, gitlab: FakeRunners) -> None:
    host.run(*REGISTER)
    before = host.config.read_bytes()
    done = host.run(*REGISTER, "--tag", "new", "--json")
    assert done.json["action"] == "updated"
    (runner,) = gitlab.runners.values()
    assert runner["tag_list"][-1] == "new"
    assert host.config.read_bytes() == before


def test_a_runner_that_gitlab_has_forgotten_is_made_anew_in_its_place(host: Host, gitlab: FakeRunners) -> None:
    host.run(*REGISTER)
    host.config.write_text(f"# mine\n{host.config.read_text('utf-8')}", "utf-8")
    old = next(iter(gitlab.runners))
    del gitlab.runners[old]
    assert host.run(*REGISTER, "--json").json["action"] == "replaced"
    (written,) = runners(host)
    assert gitlab.runners[written["id"]]["token"] == written["token"]
    assert host.config.read_text("utf-8").startswith("# mine\n")


def test_a_file_that_is_there_keeps_every_byte(host: Host) -> None:
    host.config.parent.mkdir()
    host.config.write_text(COMMENTED, "utf-8")
    host.run(*REGISTER)
    assert host.config.read_text("utf-8").startswith(COMMENTED)


def test_a_dry_run_asks_nobody_and_writes_nothing(host: Host, gitlab: FakeRunners) -> None:
    done = host.run(*REGISTER, "--print")
    assert (gitlab.requests, gitlab.runners, host.config.exists()) == ([], {}, False)
    assert "gpu:a100" in done.out
    assert 'token = "[masked]"' in done.out
    host.run(*REGISTER)
    assert "would be updated" in host.run(*REGISTER, "--print").out


def test_a_machine_with_gpus_of_several_types_gets_a_runner_for_each(host: Host, gitlab: FakeRunners) -> None:
    host.has_gpus("mixed")
    done = host.run("register", "--project", "7", check=3)
    assert "1 a10g (24 GiB), 2 t4 (16 GiB each)" in done.err
    for kind in ("t4", "a10g"):
        host.run("register", "--project", "7", "--gpu", kind, "--name", kind)
    t4, a10g = runners(host)
    ids = "GPU-55555555-0000-0000-0000-000000000000,GPU-77777777-0000-0000-0000-000000000000"
    assert t4["docker"]["gpus"] == f'"device={ids}"'
    assert a10g["docker"]["gpus"] == "device=GPU-66666666-0000-0000-0000-000000000000"
    assert [sorted(runner["tag_list"])[2] for runner in gitlab.runners.values()] == ["cuda:13", "cuda:13"]


def test_mig_devices_are_offered_by_their_profile(host: Host, gitlab: FakeRunners) -> None:
    host.has_gpus("mig")
    host.run(*REGISTER, "--gpu", "a100-mig-3g.20gb")
    (runner,) = gitlab.runners.values()
    assert "gpu:a100-mig-3g.20gb" in runner["tag_list"]
    assert "MIG-aaaaaaaa" in runners(host)[0]["docker"]["gpus"]


def test_no_gpu_and_more_gpus_than_there_are_is_a_no(tmp_path: Path, host: Host, gitlab: FakeRunners) -> None:
    assert "this machine has 2 a100" in host.run(*REGISTER, "--gpu", "a100:3", check=3).err
    bare = Host(folder=tmp_path / "bare", gitlab=gitlab)
    bare.folder.mkdir()
    assert "no GPU was found" in bare.run(*REGISTER, check=3).err
    bare.run(*REGISTER, "--gpu", "h100:8")
    assert gitlab.runners[next(iter(gitlab.runners))]["tag_list"] == ["gpu", "gpu:h100", "gpu-count:8"]


def test_gitlab_runner_gets_the_token_by_the_environment_and_none_of_the_fatal_flags(
    host: Host, gitlab: FakeRunners
) -> None:
    host.has_gitlab_runner()
    done = host.run(*REGISTER, "--protected", "--maximum-timeout", "1h", "--json")
    assert done.json["writer"] == "gitlab-runner"
    (argv,) = (json.loads(line) for line in host.seen.read_text("utf-8").splitlines())
    assert argv[:2] == ["register", "--non-interactive"]
    assert "glrt-" not in " ".join(argv)
    (written,) = runners(host)
    assert written["docker"]["gpus"] == "all"
    assert gitlab.runners[written["id"]]["token"] == written["token"]
    assert host.run(*REGISTER, "--json").json["action"] == "updated"


def test_gitlab_runner_does_not_write_a_file_whose_comments_it_would_lose(host: Host) -> None:
    host.has_gitlab_runner()
    host.config.parent.mkdir()
    host.config.write_text(COMMENTED, "utf-8")
    done = host.run(*REGISTER, "--json")
    assert done.json["writer_because"] == "gitlab-runner would lose the comments of the file"
    assert host.config.read_text("utf-8").startswith(COMMENTED)


def test_what_was_created_is_deleted_again_when_gitlab_runner_fails(host: Host, gitlab: FakeRunners) -> None:
    host.has_gitlab_runner(fails=True)
    done = host.run(*REGISTER, check=4)
    assert "gitlab-runner register ended with 1: ERROR: Verifying runner... failed, token [masked]" in done.err
    assert "was deleted again" in done.err
    assert gitlab.runners == {}
    assert not host.config.exists()


def test_what_could_not_be_deleted_again_is_named(host: Host, gitlab: FakeRunners) -> None:
    host.has_gitlab_runner(fails=True)
    gitlab.fail("DELETE", 503)
    done = host.run(*REGISTER, check=4)
    assert "delete it by `mlgitlab runner unregister 42`" in done.err


def test_two_registrations_at_the_same_time_both_survive(host: Host, gitlab: FakeRunners) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda name: host.run(*REGISTER[:3], "--name", name), ("one", "two")))
    assert sorted(runner["name"] for runner in runners(host)) == ["one", "two"]
    assert {runner["id"]: runner["token"] for runner in runners(host)} == {
        number: runner["token"] for number, runner in gitlab.runners.items()
    }


def test_two_registrations_of_one_name_at_the_same_time_make_one_runner(host: Host, gitlab: FakeRunners) -> None:
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda _: host.run(*REGISTER, "--json").json["action"], range(3)))
    assert sorted(done) == ["registered", "updated", "updated"]
    assert len(gitlab.runners) == len(runners(host)) == 1


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_crash_in_between_leaves_the_old_file(host: Host, gitlab: FakeRunners, number: signal.Signals) -> None:
    host.config.parent.mkdir()
    host.config.write_text(COMMENTED, "utf-8")
    created = threading.Event()
    go_on = threading.Event()

    def hold(request: str) -> None:
        if request.startswith("POST"):
            created.set()
            go_on.wait(20)

    gitlab.before = hold
    process = subprocess.Popen(
        [sys.executable, "-m", "mlgitlab", "runner", *REGISTER],
        cwd=host.folder,
        env={**os.environ, **ISOLATED, **host.environ()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert created.wait(20)
    process.send_signal(number)
    assert process.wait(20) in (-signal.SIGKILL, 130)
    go_on.set()
    assert host.config.read_text("utf-8") == COMMENTED
    gitlab.before = unhindered
    host.run(*REGISTER)  # the lock went with the process
    assert [runner["name"] for runner in runners(host)] == ["old", "box"]


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, 2, "wrong, revoked or has expired"),
        (403, 2, "the role is too low"),
        (409, 4, "run the command again"),
        (500, 4, "try again in some minutes"),
    ],
)
def test_a_refusal_leaves_no_trace_and_says_what_to_do(
    host: Host, gitlab: FakeRunners, status: int, code: int, advice: str
) -> None:
    gitlab.fail("POST /user/runners", status)
    done = host.run(*REGISTER, "--json", check=code)
    assert advice in done.json["error"]["hint"]
    assert not host.config.exists()


def test_a_token_without_the_scope_and_no_token_are_told_which_scope(host: Host, gitlab: FakeRunners) -> None:
    gitlab.users[host.token].scopes = frozenset({"read_api"})
    assert "create_runner" in host.run(*REGISTER, check=2).err
    gitlab.users["glpat-weak"] = User(frozenset({"api"}), roles={"group/project": "developer"})
    weak = Host(folder=host.folder, gitlab=gitlab, token="glpat-weak")
    assert "Maintainer" in weak.run(*REGISTER, check=2).err
    nobody = Host(folder=host.folder, gitlab=gitlab, token="")
    done = subprocess.run(
        [sys.executable, "-m", "mlgitlab", "runner", *REGISTER],
        cwd=host.folder,
        env={**ISOLATED, **nobody.environ()},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, b"MLGITLAB_GITLAB_TOKEN is not set" in done.stderr) == (2, True)


def test_what_gitlab_would_refuse_is_refused_before_it_is_asked(host: Host, gitlab: FakeRunners) -> None:
    assert "at least 10 minutes" in host.run(*REGISTER, "--maximum-timeout", "5m", check=2).err
    assert "is no time" in host.run(*REGISTER, "--maximum-timeout", "soon", check=2).err
    assert "at most 1024" in host.run(*REGISTER, "--note", "x" * 1025, check=2).err
    assert "one of --project, --group and --instance" in host.run("register", check=2).err
    assert gitlab.requests == []


def test_a_broken_file_is_not_touched_and_costs_no_runner(host: Host, gitlab: FakeRunners) -> None:
    host.config.parent.mkdir()
    host.config.write_text("a = = 1\n", "utf-8")
    assert "config.toml:1: no TOML" in host.run(*REGISTER, check=2).err
    assert (host.config.read_text("utf-8"), gitlab.requests) == ("a = = 1\n", [])


def test_a_runner_of_that_name_without_its_number_is_not_guessed(host: Host, gitlab: FakeRunners) -> None:
    host.config.parent.mkdir()
    host.config.write_text(f'[[runners]]\nname = "box"\nurl = "{gitlab.url}/"\ntoken = "x"\n', "utf-8")
    assert "without its `id`" in host.run(*REGISTER, check=2).err
    assert gitlab.requests == []


def test_too_small_a_concurrent_is_said(host: Host) -> None:
    host.run(*REGISTER)
    done = host.run(*REGISTER[:3], "--name", "other")
    assert "`concurrent = 1`" in done.out
    assert "2 would be enough" in done.out


def test_a_configuration_that_was_made_before_gets_its_token(host: Host, gitlab: FakeRunners) -> None:
    host.run("config", "docker-autoscaler-aws", "--gpu", "a10g", "--name", "box", "--output", str(host.config))
    made = host.config.read_text("utf-8")
    assert "would get its token" in host.run(*REGISTER, "--gpu", "a10g", "--print").out
    host.run(*REGISTER, "--gpu", "a10g:1", "--token-file", "token")
    (written,) = runners(host)
    assert (written["executor"], gitlab.runners[written["id"]]["token"]) == ("docker-autoscaler", written["token"])
    assert set(made.splitlines()) - set(host.config.read_text("utf-8").splitlines()) == {
        '  token = "" # the glrt- token: `mlgitlab runner register` writes it'
    }
    token = host.folder / "token"
    assert (token.read_text("utf-8"), token.stat().st_mode & 0o777) == (written["token"], 0o600)
    assert host.run(*REGISTER, "--gpu", "a10g:1", "--json").json["action"] == "updated"
