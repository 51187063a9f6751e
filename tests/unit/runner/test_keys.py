"""config.toml held against the keys and types that gitlab-runner has."""

from __future__ import annotations

import tomllib

import pytest

from mlgitlab.runner.keys import problems, version

GOOD = """
concurrent = 4
connection_max_age = "15m0s"
[session_server]
  session_timeout = 1800
[[runners]]
  name = "a"
  url = "https://gitlab.example.com"
  id = 3
  token = "glrt-x"
  token_obtained_at = 2026-01-01T00:00:00Z
  executor = "docker-autoscaler"
  environment = ["A=b"]
  [runners.feature_flags]
    FF_USE_ADVANCED_POD_SPEC_CONFIGURATION = true
  [runners.docker]
    gpus = "all"
    shm_size = 8589934592
    pull_policy = ["if-not-present"]
    volumes = ["/cache"]
    [[runners.docker.services]]
      name = "redis"
    [runners.docker.services_tmpfs]
      "/x" = "rw"
  [runners.cache]
    MaxUploadedArchiveSize = 0
    [runners.cache.s3]
      BucketName = "b"
      PathStyle = true
  [runners.autoscaler]
    plugin = "aws"
    [runners.autoscaler.plugin_config]
      anything = [1, "goes"]
    [[runners.autoscaler.policy]]
      idle_count = 0
      idle_time = "20m0s"
      scale_factor = 1
  [runners.kubernetes]
    pull_policy = "always"
    [runners.kubernetes.node_selector]
      "a/b" = "c"
    [[runners.kubernetes.pod_spec]]
      name = "gpu"
      patch = "{}"
      patch_type = "strategic"
"""


def said(text: str) -> list[str]:
    return [str(problem) for problem in problems(tomllib.loads(text), "config.toml")]


def test_what_gitlab_runner_knows_passes() -> None:
    assert said(GOOD) == []
    assert version() == "19.4.0"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            'gpus = "all"',
            'gpu = "all"',
            "docker.gpu: gitlab-runner knows no such key (did you mean `gpus`?)",
        ),
        ("concurrent = 4", "concurent = 4", "concurent: gitlab-runner knows no such key (did you mean `concurrent`?)"),
        ("shm_size = 8589934592", 'shm_size = "8g"', "runners[0].docker.shm_size: '8g' is not a whole number"),
        ('gpus = "all"', "gpus = 1", "runners[0].docker.gpus: '1' is not a text"),
        ("concurrent = 4", "concurrent = true", "concurrent: 'True' is not a whole number"),
        ('idle_time = "20m0s"', 'idle_time = "20 minutes"', 'is not a duration such as "20m0s"'),
        ('environment = ["A=b"]', 'environment = "A=b"', "is not a list, each a text"),
        ('environment = ["A=b"]', "environment = [1]", "is not a list, each a text"),
        ("SPEC_CONFIGURATION = true", 'SPEC_CONFIGURATION = "true"', "is not a table, each value true or false"),
        ('pull_policy = "always"', "pull_policy = 1", "is not a text, or a list of texts"),
        ("PathStyle = true", "PathStyle = 1", "runners[0].cache.s3.PathStyle: '1' is not true or false"),
        ("[[runners.docker.services]]", "[runners.docker.services]", "not an array of tables"),
        ("[session_server]", "[[session_server]]", "is not a table, [session_server]"),
        ("token_obtained_at = 2026-01-01T00:00:00Z", 'token_obtained_at = "x"', "is not a date and time"),
        ("scale_factor = 1", 'scale_factor = "1"', "is not a number"),
    ],
)
def test_a_key_that_is_not_known_and_a_type_that_is_wrong_are_found(old: str, new: str, message: str) -> None:
    (found,) = said(GOOD.replace(old, new))
    assert message in found


def test_a_token_of_the_wrong_type_is_not_shown() -> None:
    (found,) = said(GOOD.replace('token = "glrt-x"', 'token = ["glrt-secret"]'))
    assert "glrt-secret" not in found


def test_all_problems_are_said_at_once() -> None:
    assert len(said(GOOD.replace("gpus", "gpu").replace("concurrent = 4", "concurrent = 1.5"))) == 2
