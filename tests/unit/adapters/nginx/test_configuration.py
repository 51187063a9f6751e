"""The configuration says what the traffic is, and nginx takes it."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters.nginx.configuration import Scene, at_most, configuration, mark_of, traffic_of
from mlgitlab.adapters.nginx.process import Nginx
from mlgitlab.config.deploy import NginxTarget, ShadowTraffic
from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.target import Traffic
from tests import nginx_host
from tests.targets import digest_of

ONE, TWO = digest_of("one"), digest_of("two")
TRAFFICS = (
    Traffic(),
    Traffic(live=ONE),
    Traffic(live=ONE, canary=TWO, share=5),
    Traffic(live=ONE, canary=TWO, share=0.5),
    Traffic(live=ONE, shadow=TWO, sample=12.25),
)
SETTINGS = NginxTarget(
    folder="/srv/fraud",
    listen="127.0.0.1:8080",
    ports=(9101, 9102),
    serve=("serve",),
    key="header X-User",
    prediction="X-Prediction",
    values={"revenue": "X-Revenue"},  # type: ignore[dict-item]
    repeatable=True,
)


def scene(traffic: Traffic, settings: NginxTarget = SETTINGS, folder: Path = Path("/srv/fraud")) -> Scene:
    shadow = ShadowTraffic(largest=65536)
    return Scene(folder=folder, settings=settings, shadow=shadow, traffic=traffic, ports={ONE: 9101, TWO: 9102})


@pytest.mark.parametrize("traffic", TRAFFICS)
def test_a_configuration_says_its_traffic_and_is_the_same_for_the_same(traffic: Traffic) -> None:
    content = configuration(scene(traffic))
    assert traffic_of(mark_of(content)) == traffic
    assert content == configuration(scene(traffic))
    assert mark_of(content) != mark_of(configuration(scene(traffic, replace(SETTINGS, connections=512))))


def test_a_canary_is_a_share_of_a_key_and_its_errors_are_answered_by_the_live_model() -> None:
    content = configuration(scene(Traffic(live=ONE, canary=TWO, share=5)))
    salt = TWO.removeprefix("sha256:")[:12]
    assert f'split_clients "{salt} $mlgitlab_key" $mlgitlab_side {{ 5% canary; * live; }}' in content
    assert 'map $http_x_user $mlgitlab_key { "" $request_id; default $http_x_user; }' in content
    assert "server 127.0.0.1:9102 max_fails=0; server 127.0.0.1:9101 backup; keepalive 32;" in content


def test_a_request_that_may_not_be_repeated_is_not() -> None:
    content = configuration(scene(TRAFFICS[2], replace(SETTINGS, repeatable=False)))
    assert "backup" not in content
    assert "proxy_next_upstream off;" in content
    assert "non_idempotent" not in content


def test_nothing_that_is_no_mark_is_a_traffic() -> None:
    for text in ("", "{", "[]", '{"traffic": {"live": 1, "who": 2}}', '{"traffic": {"canary": "x"}}'):
        assert traffic_of(text) == Traffic()


@given(st.integers(0, 200_000), st.integers(0, 300_000))
def test_a_size_is_matched_where_it_is_not_larger(largest: int, size: int) -> None:
    assert bool(re.fullmatch(at_most(largest), str(size))) is (size <= largest)


@pytest.mark.skipif(bool(nginx_host.MISSING), reason=nginx_host.MISSING or "nginx is there")
@pytest.mark.parametrize("key", ["address", "header X-User", "cookie session", "query user"])
def test_nginx_takes_every_configuration(key: str) -> None:
    with nginx_host.short_folder() as folder:
        keeping = Nginx(folder=folder, program="nginx").prepare()
        assert keeping
        for traffic in TRAFFICS:
            settings = replace(SETTINGS, key=key)
            (folder / "nginx.conf").write_text(configuration(scene(traffic, settings, folder)), "utf-8")
            argv = ["nginx", "-p", f"{folder}/", "-e", "logs/error.log", "-t", "-c", "nginx.conf"]
            done = subprocess.run(argv, capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stderr
            assert "[warn]" not in done.stderr


@pytest.mark.skipif(bool(nginx_host.MISSING), reason=nginx_host.MISSING or "nginx is there")
def test_a_configuration_that_nginx_does_not_take_changes_nothing() -> None:
    with nginx_host.short_folder() as folder:
        nginx = Nginx(folder=folder, program="nginx")
        nginx.prepare()
        nginx.swap(configuration(scene(Traffic(), folder=folder)))
        before = (folder / "nginx.conf").read_bytes()
        with pytest.raises(UsageError, match=r"nginx does not take its configuration: .*invalid port"):
            nginx.swap(configuration(scene(Traffic(live=ONE), folder=folder)).replace(":9101", ":99999"))
        assert (folder / "nginx.conf").read_bytes() == before


def test_what_is_not_installed_is_named() -> None:
    with pytest.raises(UsageError, match="there is no 'no-such-nginx' on PATH"):
        Nginx(folder=Path("/nowhere"), program="no-such-nginx").prepare()
