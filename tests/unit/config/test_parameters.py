"""The values that a run gives for its parameters."""

import pytest

from mlgitlab.config.parameters import check_parameters
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config
from mlgitlab.errors import UsageError


def config_of(parameters: str) -> Config:
    return parse(f"version: 1\nparameters: {{{parameters}}}".encode(), "f").config


CONFIG = config_of(
    "epochs: {type: integer, minimum: 1, maximum: 100}, rate: {type: number, default: 1e-3},"
    "limit: {type: duration, default: 90m}, debug: {type: boolean, default: false}, "
    "variant: {options: [a, b]}, release: {pattern: 'v[0-9.]+', default: v17.10}"
)
DEFAULTS = {"rate": "1e-3", "limit": "1h 30m", "debug": "false", "release": "v17.10"}


def test_a_run_that_sets_nothing_gets_the_defaults() -> None:
    assert check_parameters(CONFIG, {}) == DEFAULTS


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"epochs": "007"}, {"epochs": "7"}, id="integer"),
        pytest.param({"EPOCHS": "7"}, {"epochs": "7"}, id="name in capitals"),
        pytest.param({"epochs": "7", "Epochs": "8"}, {"epochs": "8"}, id="the later spelling counts"),
        pytest.param({"rate": "0.5"}, {"rate": "0.5"}, id="number"),
        pytest.param({"limit": "120 minutes"}, {"limit": "2h"}, id="duration"),
        pytest.param({"debug": "YES"}, {"debug": "true"}, id="boolean"),
        pytest.param({"variant": "b"}, {"variant": "b"}, id="option"),
        pytest.param({"release": "v2.1"}, {"release": "v2.1"}, id="pattern"),
    ],
)
def test_a_value_is_returned_in_its_canonical_form(given: dict[str, str], expected: dict[str, str]) -> None:
    assert check_parameters(CONFIG, given) == DEFAULTS | expected


def test_all_wrong_values_are_reported_at_once() -> None:
    given = {
        "epochs": "0",
        "rate": "fast",
        "limit": "5",
        "debug": "maybe",
        "variant": "c",
        "release": "v1\n",
        "epoch": "1",
    }
    with pytest.raises(UsageError) as caught:
        check_parameters(CONFIG, given)
    assert caught.value.message == (
        "7 problems in the parameters of this run\n"
        "  parameter epochs: 0 is less than 1\n"
        "  parameter rate: expected a number, found 'fast'\n"
        "  parameter limit: expected a duration such as 90m, 1h 30m or 2 days, found '5'\n"
        "  parameter debug: expected true or false, found 'maybe'\n"
        "  parameter variant: 'c' is none of 'a', 'b'\n"
        "  parameter release: 'v1\\n' does not match 'v[0-9.]+'\n"
        "  there is no parameter 'epoch' (did you mean `epochs`?)"
    )


def test_a_parameter_is_unknown_where_none_is_declared() -> None:
    with pytest.raises(UsageError, match=r"there is no parameter 'x' \(the configuration declares none\)"):
        check_parameters(Config(version=1), {"x": "1"})


@pytest.mark.parametrize(
    "text", ["nan", "inf", "1e999", "0x10", "", "1_0", "1" * 5000], ids=lambda text: text[:6] or "empty"
)
def test_only_finite_decimal_numbers_are_numbers(text: str) -> None:
    with pytest.raises(UsageError, match="expected a number"):
        check_parameters(CONFIG, {"rate": text})


def test_a_value_that_is_not_utf8_is_refused_before_it_reaches_yaml() -> None:
    declared = parse(b"version: 1\nparameters: {note: {}}\n", "f").config
    with pytest.raises(UsageError, match=r"parameter note: .* is not UTF-8"):
        check_parameters(declared, {"note": "\udcff"})
