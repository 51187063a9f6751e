"""The access log is read once, from the right place, and only so much of it is kept."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mlgitlab.adapters.nginx.log import AccessLog
from tests.targets import digest_of

ONE, TWO = digest_of("one"), digest_of("two")


def line(at: float, digest: str = ONE, **given: str) -> str:
    found = {
        "at": at,
        "id": f"r{at}",
        "digest": digest,
        "status": "200",
        "upstream": "127.0.0.1:9101",
        "upstream_status": "200",
        "upstream_seconds": "0.010",
        "version": digest,
        "prediction": "0.5",
        "value revenue": "3.5",
        **given,
    }
    return json.dumps(found) + "\n"


def written(folder: Path, *lines: str) -> AccessLog:
    (folder / "access.log").write_text("".join(lines), "utf-8")
    return AccessLog(path=folder / "access.log")


@pytest.mark.parametrize(
    ("given", "counts"),
    [
        pytest.param({}, (1, 0), id="an answer"),
        pytest.param({"upstream_status": "404"}, (1, 0), id="the user's fault"),
        pytest.param({"upstream_status": "503"}, (1, 1), id="an error"),
        pytest.param({"upstream_status": "-"}, (1, 1), id="no answer"),
        pytest.param({"upstream_status": ""}, (1, 1), id="a user who did not wait"),
        pytest.param({"version": TWO}, (1, 1), id="an answer by another model"),
        pytest.param({"version": ""}, (1, 0), id="an answer without a version"),
        pytest.param(
            {"upstream_status": "500, 200", "upstream": "127.0.0.1:2, 127.0.0.1:1", "version": TWO},
            (1, 1),
            id="an error that the live model made good",
        ),
        pytest.param({"upstream": ""}, (0, 0), id="refused by nginx"),
        pytest.param({"upstream": "mlgitlab_shadow", "upstream_status": "502"}, (0, 0), id="one copy too many"),
    ],
)
def test_what_counts_as_a_request_and_as_an_error(tmp_path: Path, given: dict[str, str], counts: object) -> None:
    seen = written(tmp_path, line(10.0, **given)).observe(0, 20).get(ONE)
    assert ((seen.requests, seen.errors) if seen else (0, 0)) == counts


def test_what_was_seen_has_durations_predictions_and_values(tmp_path: Path) -> None:
    seen = written(tmp_path, line(10.0), line(11.0, TWO, prediction="", **{"value revenue": "-"})).observe(0, 20)
    assert (seen[ONE].seconds, seen[ONE].predictions, seen[ONE].values) == (
        [0.01],
        {"r10.0": "0.5"},
        {"revenue": [3.5]},
    )
    assert (seen[TWO].predictions, seen[TWO].values) == ({}, {})


def test_a_time_is_found_in_a_long_log_and_what_is_new_is_added(tmp_path: Path) -> None:
    found = written(tmp_path, *(line(float(at)) for at in range(5000)))
    assert found.observe(4000, 4500)[ONE].requests == 500
    assert found.observe(4000, 4600)[ONE].requests == 600
    assert found.observe(100, 200)[ONE].requests == 100
    assert found.observe(4000, 9999)[ONE].requests == 1000
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.write(line(5001.0) + line(5002.0)[:20])
    assert found.observe(4000, 9999)[ONE].requests == 1001
    with (tmp_path / "access.log").open("a", encoding="utf-8") as file:
        file.write(line(5002.0)[20:] + "no JSON\n" + line(5003.0))
    assert found.observe(4000, 9999)[ONE].requests == 1003


def test_a_log_that_began_anew_is_read_together_with_the_one_before(tmp_path: Path) -> None:
    found = written(tmp_path, line(10.0), line(11.0))
    assert found.observe(10, 99)[ONE].requests == 2
    (tmp_path / "access.log").replace(tmp_path / "access.log.1")
    assert [found.observe(10, 99)[ONE].requests for _ in range(2)] == [2, 2]
    (tmp_path / "access.log").write_text(line(12.0), "utf-8")
    assert found.observe(10, 99)[ONE].requests == 3


def test_of_very_many_rows_an_even_choice_is_kept(tmp_path: Path) -> None:
    written(tmp_path, *(line(float(at)) + line(at + 0.1, TWO, id=f"r{float(at)}") for at in range(2000)))
    found = AccessLog(path=tmp_path / "access.log", most=100).observe(0, 9999)
    assert (found[ONE].requests, found[TWO].requests) == (2000, 2000)
    assert 20 <= len(found[ONE].seconds) <= 100
    assert found[ONE].predictions.keys() == found[TWO].predictions.keys()
