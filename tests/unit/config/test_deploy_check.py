"""A deployment that cannot be meant so is refused before anybody relies on it."""

from __future__ import annotations

import pytest

from mlgitlab.config.parse import parse
from mlgitlab.errors import ConfigError

NGINX = "nginx: {folder: /srv, listen: '127.0.0.1:8080', ports: [1, 2], serve: x, prediction: X-Prediction}"
GOOD = f"target: nginx, criteria: {{error_rate: {{at_most: 1%}}}}, {NGINX}"


def problems(deployment: str) -> str:
    text = f"version: 1\nmodels:\n  fraud:\n    train: x\n    deploy:\n      production: {{{deployment}}}\n"
    try:
        parse(text.encode(), "m.yml")
    except ConfigError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    ("deployment", "said"),
    [
        (GOOD, ""),
        ("target: pointer, strategy: replace", ""),
        (f"{GOOD}, strategy: canary, steps: [5%, 25%, 100%]", ""),
        (f"{GOOD}, strategy: canary, steps: [25%, 5%, 100%]", "the steps do not rise to 100%"),
        (f"{GOOD}, strategy: canary, steps: [5%, 25%]", "the steps do not rise to 100%"),
        (f"{GOOD}, steps: [5%, 100%]", "`blue-green` has no steps"),
        (f"{GOOD}, steps: [5]", "expected a percentage from 0.01% to 100%"),
        (f"{GOOD}, steps: [0%]", "expected a percentage from 0.01% to 100%"),
        (f"{GOOD}, steps: [101%]", "expected a percentage from 0.01% to 100%"),
        (f"{GOOD}, synthetic: ../requests.jsonl", "leads out of the repository"),
        (f"{GOOD}, pause: 5m, patience: 1m", "1m is shorter than `pause`, 5m"),
        (f"target: nginx, {NGINX}", "there is no criterion: nothing could ever fail"),
        ("target: nginx, strategy: replace", "the target `nginx` needs the section `nginx`"),
        (f"target: pointer, strategy: replace, {NGINX}", "the target is `pointer`, not `nginx`"),
        ("target: pointer", "the target `pointer` cannot do `blue-green`"),
        ("target: pointer, strategy: replace, synthetic: x", "the target `pointer` can be asked nothing"),
        (GOOD.replace("at_most: 1%", "max_ratio: 0.5"), "a ratio of at most 0.5 asks of the candidate to be better"),
        (GOOD.replace("{at_most: 1%}", "{}"), "neither a ratio nor a limit is given"),
        (GOOD.replace("error_rate", "min_requests: 0, error_rate"), "0 is less than 1"),
        (GOOD.replace("error_rate", "agreement: 90%, error_rate"), "only a shadow answers the same requests"),
        (
            GOOD.replace("error_rate", "prediction: 0.2, error_rate").replace(", prediction: X-Prediction", ""),
            "the criteria are about predictions, and nothing says where they are",
        ),
        (GOOD.replace("error_rate", "values: {revenue: {min_ratio: 1}}, error_rate"), "nothing says where revenue can"),
        (GOOD.replace("error_rate", "values: {revenue: {}}, error_rate"), "neither `min_ratio` nor `max_ratio`"),
        (GOOD.replace("serve: x", "serve: x, unit: fraud@"), "either `serve` or `unit`"),
        (GOOD.replace("serve: x", "unit: fraud"), "'fraud' is no unit with instances"),
        (GOOD.replace("127.0.0.1:8080", "localhost"), "'localhost' is no address and port"),
        (GOOD.replace("127.0.0.1:8080", "127.0.0.1:80; }"), "is no address and port"),
        (GOOD.replace("[1, 2]", "[1, 1]"), "two different ports are needed"),
        (GOOD.replace("/srv", "'/srv; include /etc/passwd'"), "cannot stand in nginx's configuration"),
        (GOOD.replace("X-Prediction", "'X$y'"), "'X$y' cannot stand in nginx's configuration"),
        (GOOD.replace("serve: x", "serve: x, key: header $x"), "cannot stand in nginx's configuration"),
        (GOOD.replace("serve: x", "serve: x, version: 'a b'"), "cannot stand in nginx's configuration"),
        (GOOD.replace("serve: x", "serve: x, health: '/a;b'"), "cannot stand in nginx's configuration"),
        (
            "target: command, criteria: {error_rate: {at_most: 1%}}, command: {standing: x, place: x, route: x}",
            "there are criteria, and no `observe`",
        ),
    ],
)
def test_what_is_wrong_is_said(deployment: str, said: str) -> None:
    found = problems(deployment)
    assert said in found
    assert bool(said) is bool(found)
