"""nginx and its slots in trouble: models that do not start, processes that die, changes that were interrupted."""

from __future__ import annotations

import http.client
import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mlgitlab.adapters.nginx.configuration import Scene, configuration
from mlgitlab.adapters.nginx.process import Nginx
from mlgitlab.config.scalars import Duration
from mlgitlab.errors import RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.target import Question, Standing, Traffic
from tests import nginx_host
from tests.nginx_host import NginxHost

pytestmark = pytest.mark.skipif(bool(nginx_host.MISSING), reason=nginx_host.MISSING or "nginx is there")


@pytest.fixture
def host() -> Iterator[NginxHost]:
    with nginx_host.short_folder() as folder, nginx_host.nginx_host(folder) as made:
        yield made


def put(host: NginxHost, *models: str) -> None:
    for model in models:
        host.fetch(model)
        host.target.place(model)


def test_a_model_that_ends_at_once_is_refused_with_its_last_words(host: NginxHost) -> None:
    host.settings = replace(host.settings, serve=("echo no such weights >&2", "exit 7"))
    with pytest.raises(RefusedError, match=r"ended before it answered: no such weights$"):
        put(host, host.models[0])
    assert host.target.standing() == Standing()


def test_a_model_that_loads_too_long_is_ended(host: NginxHost) -> None:
    host.settings = replace(host.settings, ready=Duration(1))
    host.behaviours = {host.models[0]: {"start": 60}}
    with pytest.raises(RefusedError, match="does not answer in time"):
        put(host, host.models[0])
    assert not (host.folder / "slots/blue/pid").exists()


def test_a_model_gets_nothing_of_the_jobs_secrets(host: NginxHost) -> None:
    leaked = host.folder / "leaked"
    host.settings = replace(host.settings, serve=(f"env > '{leaked}'", *host.settings.serve))
    environ = {**os.environ, "CI_JOB_TOKEN": "secret", "MLGITLAB_GITLAB_TOKEN": "secret"}
    target = replace(host.target, environ=environ)
    host.fetch(host.models[0])
    target.place(host.models[0])
    variables = leaked.read_text("utf-8")
    assert "secret" not in variables
    assert f"MLGITLAB_DIGEST={host.models[0]}" in variables


def test_nginx_that_died_is_started_again_by_the_next_change(host: NginxHost) -> None:
    one, two, _ = host.models
    put(host, one, two)
    host.target.route(Traffic(live=one))
    master = int((host.folder / "nginx.pid").read_text("ascii"))
    for pid in (master, *workers(master)):
        os.kill(pid, signal.SIGKILL)
    time.sleep(0.1)
    assert host.target.standing().traffic == Traffic(live=one)  # what it would do
    assert host.send("ada").status == 503
    host.target.route(Traffic(live=two))
    assert host.send("ada").version == two


def workers(master: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{master}/task/{master}/children").read_text("ascii").split()]


def test_a_change_that_was_written_and_not_yet_read_is_neither_believed_nor_undone_by_accident(host: NginxHost) -> None:
    one, two, three = host.models
    put(host, one, two)
    host.target.route(Traffic(live=one))
    nginx = Nginx(folder=host.folder, program="nginx")
    ports = dict(zip((one, two), host.settings.ports, strict=True))
    nginx.swap(
        configuration(
            Scene(
                folder=host.folder, settings=host.settings, shadow=host.shadow, traffic=Traffic(live=two), ports=ports
            )
        )
    )
    assert host.target.standing().traffic == Traffic(live=one)
    with pytest.raises(RefusedError, match="both slots get requests"):
        put(host, three)
    host.target.route(Traffic(live=two))
    assert host.send("ada").version == two
    put(host, three)


def test_a_model_that_died_is_not_warm_and_is_loaded_again_when_it_is_placed(host: NginxHost) -> None:
    one, two, _ = host.models
    put(host, one, two)
    host.target.route(Traffic(live=one))
    os.killpg(int((host.folder / "slots/green/pid").read_text("ascii")), signal.SIGKILL)
    time.sleep(0.1)
    assert host.target.standing().warm == {one}
    with pytest.raises(RefusedError, match="ready"):
        host.target.route(Traffic(live=two))
    put(host, two)
    assert host.target.ask(two, Question()).version == two


def test_a_live_model_that_is_too_busy_to_say_that_it_is_well_is_not_started_again(host: NginxHost) -> None:
    host.settings = replace(host.settings, ready=Duration(1))
    one, two, _ = host.models
    put(host, one, two)
    host.target.route(Traffic(live=one))
    pid = int((host.folder / "slots/blue/pid").read_text("ascii"))
    os.kill(pid, signal.SIGSTOP)
    try:
        with pytest.raises(WorldError, match="gets requests, runs, and does not answer"):
            put(host, one)
        host.target.route(Traffic(live=one, canary=two, share=5))  # a change does not depend on it either
    finally:
        os.kill(pid, signal.SIGCONT)
    assert int((host.folder / "slots/blue/pid").read_text("ascii")) == pid
    assert host.target.standing().warm == {one, two}


def test_a_large_request_reaches_the_model_and_is_not_copied(host: NginxHost) -> None:
    one, two, _ = host.models
    put(host, one, two)
    host.target.route(Traffic(live=one, shadow=two, sample=100))
    since = time.time()
    for size in (10, host.shadow.largest + 1):
        found = host.target.ask(one, Question(body=b"x" * size))
        assert found.status == 200
        assert ask(host, b"x" * size) == 200
    time.sleep(0.2)
    seen = host.target.observe(since, time.time() + 1)
    assert (seen[one].requests, seen[two].requests) == (2, 1)  # the large one is not copied


def ask(host: NginxHost, body: bytes) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", host.port, timeout=10)
    try:
        connection.request("POST", "/predict?a=%2F", body)
        return connection.getresponse().status
    finally:
        connection.close()


# Not systemd: a script that starts and stops the same server by the unit's name, and reads the same file of settings.
SYSTEMCTL = """\
#!/bin/sh
slot="${2#fraud@}"
slot="${2##*@}"
folder="$FOLDER/slots/$slot"
case "$1" in
  restart) . "$folder/slot.env"; export MLGITLAB_DIGEST MLGITLAB_MODEL_FOLDER MLGITLAB_PORT
    setsid "$PYTHON" "$SERVER" < /dev/null > /dev/null 2>&1 & echo $! > "$folder/unit.pid" ;;
  stop) kill -9 "$(cat "$folder/unit.pid")" ;;
  is-active) kill -0 "$(cat "$folder/unit.pid")" 2> /dev/null ;;
esac
"""


def test_a_unit_of_the_system_is_restarted_and_stopped(
    host: NginxHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "systemctl").write_text(SYSTEMCTL, "utf-8")
    (tmp_path / "systemctl").chmod(0o755)
    host.settings = replace(host.settings, serve=(), unit="fraud@")
    one = host.models[0]
    server = Path(nginx_host.__file__).with_name("model_server.py")
    variables = {"FOLDER": host.folder, "PYTHON": sys.executable, "SERVER": server}
    for name, value in {**variables, "PATH": f"{tmp_path}:{os.environ['PATH']}"}.items():
        monkeypatch.setenv(name, str(value))
    put(host, one)
    assert host.target.ask(one, Question()).version == one
    host.target.remove(one)
    assert host.target.standing() == Standing()
    assert list((host.folder / "models").iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's nginx has workers of somebody else")
def test_a_folder_that_the_workers_cannot_pass_is_named(host: NginxHost) -> None:
    host.folder.chmod(0o700)
    with pytest.raises(UsageError, match="who are not root, cannot pass"):
        host.target.route(Traffic())


def test_a_path_that_is_too_long_for_a_socket_is_named(host: NginxHost) -> None:
    deep = host.folder / ("x" * 90)
    with pytest.raises(UsageError, match="is too long for a socket in it"):
        Nginx(folder=deep, program="nginx").prepare()
