"""The commands about runners that are there: list, show, pause, resume, rotate-token, unregister, check, config."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands import mlgitlab
from tests.gitlab_runners_api import FakeRunners, serve
from tests.runner_hosts import Host

SAMPLES = Path(__file__).parents[2] / "runner-config" / "samples"
OTHER = '# other\n[[runners]]\n  name = "other"\n  url = "https://other"\n  token = "glrt-other" # theirs\n'


@pytest.fixture
def gitlab() -> Iterator[FakeRunners]:
    with serve() as fake:
        yield fake


@pytest.fixture
def host(tmp_path: Path, gitlab: FakeRunners) -> Host:
    """A host with a runner called `box`, number 42, beside one of somebody else's."""
    made = Host(folder=tmp_path, gitlab=gitlab)
    made.config.parent.mkdir()
    made.config.write_text(OTHER, "utf-8")
    made.run("register", "--project", "7", "--gpu", "a100:2", "--name", "box")
    return made


def test_runners_are_listed_with_what_they_take(host: Host, gitlab: FakeRunners) -> None:
    gitlab.add(tag_list=["gpu", "\x1b[31mred"], description="two\nlines", access_level="ref_protected", paused=True)
    gitlab.add(owner="instance_type", place=0, description="shared")
    text = host.run("list", "--project", "group/project").out
    assert "42  never_contacted  all refs        gpu gpu-count:2 gpu:a100  box" in text
    assert "43  paused           protected refs  \\x1b[31mred gpu  two\\x0alines" in text
    assert "44  online           all refs        (no tags)  shared" in text
    shown = host.run("list", "--project", "7", "--tag", "gpu:a100", "--json").json["runners"]
    assert [runner["id"] for runner in shown] == [42]
    assert host.run("list", "--project", "7", "--tag", "tpu").out == "there is no such runner\n"


def test_a_runner_is_shown_by_number_or_by_its_name_in_the_file(host: Host) -> None:
    assert host.run("show", "42").out == host.run("show", "box").out
    assert host.run("show", "box", "--json").json["tags"] == ["gpu", "gpu-count:2", "gpu:a100"]
    assert "has no runner 99" in host.run("show", "99", check=2).err
    assert "that is called 'nobody'" in host.run("show", "nobody", check=2).err


def test_a_runner_is_paused_and_resumed(host: Host, gitlab: FakeRunners) -> None:
    assert host.run("pause", "box").out == "runner 42 is paused\n"
    assert gitlab.runners[42]["paused"]
    assert not host.run("resume", "42", "--json").json["paused"]


def test_a_new_token_is_written_and_shown_nowhere(host: Host, gitlab: FakeRunners) -> None:
    before = gitlab.runners[42]["token"]
    old = host.config.read_text("utf-8")
    host.run("rotate-token", "box")
    after = gitlab.runners[42]["token"]
    assert before != after
    assert host.config.read_text("utf-8") == old.replace(before, after)


def test_a_token_that_ends_is_written_with_its_end(host: Host, gitlab: FakeRunners) -> None:
    gitlab.expires = "2036-02-01T00:00:00.000Z"
    host.run("register", "--project", "7", "--gpu", "t4", "--name", "second")
    host.run("rotate-token", "box")
    assert host.config.read_text("utf-8").count("token_expires_at = 2036-02-01T00:00:00.000Z") == 2
    assert "knows every key" in host.run("check", str(host.config)).out


def test_a_token_is_not_rotated_where_it_could_not_be_written(host: Host, gitlab: FakeRunners) -> None:
    elsewhere = gitlab.add()
    before = gitlab.runners[elsewhere]["token"]
    assert "on the runner's own host" in host.run("rotate-token", str(elsewhere), check=2).err
    assert gitlab.runners[elsewhere]["token"] == before


def test_a_file_that_cannot_be_edited_is_found_before_gitlab_is_asked(host: Host, gitlab: FakeRunners) -> None:
    text = host.config.read_text("utf-8").replace(f'"{gitlab.runners[42]["token"]}"', '"""odd, but TOML"""')
    host.config.write_text(text, "utf-8")
    before = list(gitlab.requests)
    assert "edit it by hand" in host.run("rotate-token", "42", check=2).err
    assert gitlab.requests == before
    del gitlab.runners[42]
    assert "edit it by hand" in host.run("register", "--project", "7", "--gpu", "t4", "--name", "box", check=2).err
    assert gitlab.runners == {}
    assert host.config.read_text("utf-8") == text


def test_a_runner_is_deleted_there_and_here_and_the_others_stay(host: Host, gitlab: FakeRunners) -> None:
    host.run("unregister", "box")
    assert (gitlab.runners, host.config.read_text("utf-8").strip()) == ({}, OTHER.strip())
    assert host.run("unregister", "42", "--json").json["was_in_config"] is False


def test_a_runner_that_could_not_be_deleted_stays_in_the_file(host: Host, gitlab: FakeRunners) -> None:
    gitlab.fail("DELETE", 500)
    before = host.config.read_bytes()
    host.run("unregister", "box", check=4)
    assert host.config.read_bytes() == before
    host.run("unregister", "box")


def test_samples_pass_the_check_and_a_wrong_key_and_type_do_not(tmp_path: Path) -> None:
    names = [str(path) for path in sorted(SAMPLES.iterdir()) if "retry" not in path.name]
    assert "knows every key" in mlgitlab("runner", "check", *names, cwd=tmp_path).out
    text = (SAMPLES / "docker.toml").read_text("utf-8")
    wrong = text.replace("gpus = ", "gpu = ", 1).replace("shm_size = 8589934592", 'shm_size = "8g"')
    (tmp_path / "config.toml").write_text(wrong, "utf-8")
    done = mlgitlab("runner", "check", "config.toml", cwd=tmp_path, check=3)
    assert "config.toml: runners[0].docker.shm_size: '8g' is not a whole number" in done.out
    assert "config.toml: runners[0].docker.gpu: gitlab-runner knows no such key (did you mean `gpus`?)" in done.out
    shown = mlgitlab("runner", "check", "config.toml", "--json", cwd=tmp_path, check=3).json
    assert (shown["gitlab_runner"], len(shown["problems"])) == ("19.4.0", 2)


def test_values_of_the_helm_chart_are_checked_inside(tmp_path: Path) -> None:
    text = (SAMPLES / "helm-values.yaml").read_text("utf-8")
    (tmp_path / "values.yml").write_text(text.replace("poll_timeout", "pool_timeout"), "utf-8")
    done = mlgitlab("runner", "check", "values.yml", cwd=tmp_path, check=3)
    assert "values.yml: runners.config: runners[0].kubernetes.pool_timeout" in done.out
    (tmp_path / "none.yml").write_text("a: 1\n", "utf-8")
    assert "no `runners.config`" in mlgitlab("runner", "check", "none.yml", cwd=tmp_path, check=2).err


def test_a_configuration_is_printed_or_written(tmp_path: Path) -> None:
    argv = ("runner", "config", "docker", "--gpu", "a100:2", "--gitlab-url", "https://gitlab.example.com")
    printed = mlgitlab(*argv, cwd=tmp_path).out
    assert mlgitlab(*argv, "--output", "x/config.toml", cwd=tmp_path).out == "wrote x/config.toml\n"
    assert (tmp_path / "x" / "config.toml").read_text("utf-8") == printed
    assert tomllib.loads(mlgitlab(*argv, "--json", cwd=tmp_path).json["content"]) == tomllib.loads(printed)
    for wrong in (("--gpu", "?"), ("--shm-size", "big"), ("--node-label", "x"), ("--namespace", "A b")):
        mlgitlab("runner", "config", "kubernetes", *wrong, cwd=tmp_path, check=2)


def test_what_asks_nobody_does_without_python_gitlab() -> None:
    """It is an extra."""
    code = (
        "import sys\nfrom mlgitlab.cli.runner import check, config, register\n"
        "sys.exit(bool({'gitlab', 'requests'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
