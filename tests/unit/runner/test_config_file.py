"""config.toml: a runner is added, renewed and taken out, and nothing else changes."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.errors import ConfigError
from mlgitlab.runner.config_file import NEW, added, concurrency, entries, has_comments, removed, renewed
from mlgitlab.runners import Token
from tests.config_tomls import config_tomls

AT = "2026-01-01T00:00:00Z"
BLOCK = """[[runners]]
  name = "new"
  url = "https://gitlab.example.com"
  id = 9
  token = "glrt-new"
  executor = "docker"
  [runners.docker]
    gpus = "all"
"""
FILE = """# ours
concurrent = 4   # four

[[runners]] # first
  name = "a"
  url = "https://one"
  id = 3
  token = 'glrt-1' # keep
  limit = 2
  [runners.docker]
    gpus = "all"
# of b

[[runners]]
  name = "b"
  url = "https://two"
  token = "glrt-2"
  [runners.docker]
    x = 1

# the end
"""


def lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


@given(config_tomls())
def test_adding_a_runner_leaves_every_byte_that_was_there(text: str) -> None:
    after = added(text, BLOCK, "config.toml")
    assert after.startswith(text)
    assert entries(after, "config.toml")[-1].token == "glrt-new"
    assert len(entries(after, "config.toml")) == len(entries(text, "config.toml")) + 1


@given(config_tomls())
def test_a_runner_that_is_added_and_taken_out_again_leaves_the_file_as_it_was(text: str) -> None:
    after = removed(added(text, BLOCK, "c"), len(entries(text, "c")), "c")
    assert after.rstrip() == text.rstrip()


@given(config_tomls(least=1), st.data())
def test_renewing_a_runner_changes_its_number_and_token_alone(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(entries(text, "c")) - 1))
    after = renewed(text, position, Token(id=77, secret="glrt-renewed"), AT, "c")
    old, new = lines(text), lines(after)
    assert [line for line in old if line not in new] == [
        line for line in old if line.startswith((f'token = "glrt-{position}"', f"id = {position}"))
    ]
    assert (entries(after, "c")[position].id, entries(after, "c")[position].token) == (77, "glrt-renewed")


@given(config_tomls(least=1), st.data())
def test_taking_a_runner_out_leaves_the_others_and_all_comments_outside_of_it(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(entries(text, "c")) - 1))
    after = removed(text, position, "c")
    before, now = tomllib.loads(text), tomllib.loads(after)
    rest = [runner for place, runner in enumerate(before.pop("runners")) if place != position]
    assert repr(sorted(now.pop("runners", []), key=repr)) == repr(sorted(rest, key=repr))
    assert repr(sorted(now.items())) == repr(sorted(before.items()))
    head = text.partition("[[runners]]")[0]
    assert after.startswith(head.rstrip())


def test_a_file_that_people_wrote_keeps_its_comments() -> None:
    assert renewed(FILE, 0, Token(id=5, secret="glrt-x"), AT, "c") == FILE.replace("'glrt-1'", '"glrt-x"').replace(
        "id = 3", "id = 5"
    )
    second = FILE.replace('[[runners]]\n  name = "b"\n', '[[runners]]\n  id = 5\n  name = "b"\n')
    assert renewed(FILE, 1, Token(id=5, secret="glrt-x"), AT, "c") == second.replace("glrt-2", "glrt-x")
    for place in (0, 1):
        assert "# of b" in removed(FILE, place, "c")
        assert "# the end" in removed(FILE, place, "c")
        assert "# ours\nconcurrent = 4   # four\n" in removed(FILE, place, "c")


def test_the_end_of_a_token_is_written_and_taken_back() -> None:
    ends = Token(id=3, secret="glrt-x", expires="2026-02-01T00:00:00.000Z")
    once = renewed(FILE, 0, ends, AT, "c")
    assert f"  token_obtained_at = {AT}\n" in once
    assert "  token_expires_at = 2026-02-01T00:00:00.000Z\n" in once
    assert "token_expires_at = 0001-01-01T00:00:00Z" in renewed(once, 0, Token(id=3, secret="glrt-y"), AT, "c")
    assert len(renewed(once, 0, ends, AT, "c").splitlines()) == len(once.splitlines())


def test_a_file_that_is_not_there_yet_is_begun() -> None:
    after = added(NEW, BLOCK, "c")
    assert after == f"{NEW}\n{BLOCK}"
    assert concurrency(after, "c") == 1
    assert added("", BLOCK, "c") == BLOCK


def test_entries_say_what_a_runner_is_and_never_its_token() -> None:
    first, second = entries(FILE, "c")
    assert (first.name, first.url, first.id, first.limit) == ("a", "https://one", 3, 2)
    assert (second.id, second.executor) == (0, "")
    assert "glrt" not in repr(first)
    assert has_comments(FILE)
    assert not has_comments(BLOCK)


def test_what_is_no_toml_is_refused_with_its_line_and_not_touched() -> None:
    with pytest.raises(ConfigError, match=r"c:2: no TOML"):
        added("a = 1\nb = = 2\n", BLOCK, "c")
    with pytest.raises(ConfigError, match="no array of tables"):
        added("runners = 3\n", BLOCK, "c")
    with pytest.raises(ConfigError) as caught:
        added('runners = [{name = "x"}]\n', BLOCK, "c")
    assert "[[runners]]" in caught.value.hint
