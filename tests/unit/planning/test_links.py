"""Other paths of a file, by symbolic links."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from mlgitlab.planning.links import Links


@pytest.mark.parametrize(
    ("links", "path", "expected"),
    [
        pytest.param({}, "a", (), id="no links"),
        pytest.param({"c.yaml": "conf/a.yaml"}, "conf/a.yaml", ("c.yaml",), id="a link to the file"),
        pytest.param({"c.yaml": "conf/a.yaml"}, "conf/a.yaml.old", (), id="a longer name"),
        pytest.param({"data": "shared/data"}, "shared/data/x/y", ("data/x/y",), id="a link to a folder above"),
        pytest.param({"a": "r", "b": "r/x"}, "r/x/y", ("a/x/y", "b/y"), id="two links"),
        pytest.param({"a": "b", "b/c": "d"}, "d/x", ("a/c/x", "b/c/x"), id="a link behind a link"),
        pytest.param({"a/up": "a"}, "a/x", ("a/up/x",), id="round in a circle"),
        pytest.param({"all": ""}, "x", ("all/x",), id="a link to the root"),
    ],
)
def test_a_path_has_other_names(links: Mapping[str, str], path: str, expected: tuple[str, ...]) -> None:
    assert Links(links).aliases(path) == expected


def test_many_links_to_folders_above_themselves_end() -> None:
    links = {f"a/{number}": "a" for number in range(50)}
    assert len(Links(links).aliases("a/x")) <= 1100


def test_every_alias_says_where_it_leads() -> None:
    links = {"data": "shared/data"}
    assert Links(links).all_aliases(["shared/data/x", "y"]) == {"data/x": "shared/data/x"}
