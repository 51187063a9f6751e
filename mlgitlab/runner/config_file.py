"""gitlab-runner's config.toml: which runners it has, and how one is added, renewed or taken out.

A runner is added as text at the end, and changed in the text that is there, so that all else stays as it was written:
keys that we do not know, comments, formatting. Each result is parsed again before it is given out, and compared with
what was meant. (Not by tomlkit, which does not write back what it read where other tables stand between the runners.)
https://docs.gitlab.com/runner/configuration/advanced-configuration/.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.paths import printable
from mlgitlab.runners import Token

NEVER = "0001-01-01T00:00:00Z"  # the zero of Go's times, which gitlab-runner writes for a token without an end
# A text, a whole number, or a date with a time, and nothing that goes on behind it.
_SCALAR = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|\d[\dTZ:.+-]*)(?![\w"'])"""
# What gitlab-runner assumes where nothing is said, written out in a file that we begin.
NEW = "concurrent = 1\ncheck_interval = 0\n"
_HEADER = re.compile(r"\s*\[")
_RUNNER = re.compile(r"""\s*\[\[\s*(?:runners|"runners"|'runners')\s*\]\]""")
_WITHIN = re.compile(r"""\s*\[\[?\s*(?:runners|"runners"|'runners')\s*\.""")
_PLACE = re.compile(r"\s*\(at line (\d+), column \d+\)|\s*\(at end of document\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One runner of the file. position: from 0. id: 0 where the file does not say. The token is in no text of it."""

    position: int
    name: str
    url: str
    id: int
    executor: str
    limit: int
    token: str

    def __repr__(self) -> str:
        return f"Entry(position={self.position}, name={self.name!r}, url={self.url!r}, id={self.id})"


def entries(text: str, where: str) -> tuple[Entry, ...]:
    """The file's runners; ConfigError for what is no TOML."""
    return tuple(
        Entry(
            position=position,
            name=str(runner.get("name", "")),
            url=str(runner.get("url", "")),
            id=runner["id"] if isinstance(runner.get("id"), int) else 0,
            executor=str(runner.get("executor", "")),
            limit=runner["limit"] if isinstance(runner.get("limit"), int) else 0,
            token=str(runner.get("token", "")),
        )
        for position, runner in enumerate(_runners(parsed(text, where), where))
    )


def concurrency(text: str, where: str) -> int:
    """How many jobs gitlab-runner runs at once, over all runners of the file."""
    value = parsed(text, where).get("concurrent", 1)
    return value if isinstance(value, int) else 1


def parsed(text: str, where: str) -> dict[str, Any]:
    """The file's data; ConfigError says where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        line = _PLACE.search(message)
        place = f"{where}:{line[1]}" if line and line[1] else where
        what = f"no TOML: {printable(_PLACE.sub('', message))}"
        raise ConfigError((Problem(where=place, what=what),), "mend it, or move it away", where=where) from None


def added(text: str, block: str, where: str) -> str:
    """The file with one more runner, a `[[runners]]` table as text, at its end."""
    before, new = parsed(text, where), tomllib.loads(block)
    line_end = "\r\n" if "\r\n" in text else "\n"
    separator = "" if not text or text.endswith("\n") else line_end
    body = block.replace("\r\n", "\n").strip("\n").replace("\n", line_end) + line_end
    result = f"{text}{separator}{line_end if text else ''}{body}"
    runners = _runners(before, where)
    try:
        after = tomllib.loads(result)
    except tomllib.TOMLDecodeError:
        what = "`runners = [...]` cannot be followed by another runner"
        raise ConfigError(
            (Problem(where=where, what=what),), "write each runner as a table `[[runners]]`", where=where
        ) from None
    _same(after, {**before, "runners": [*runners, *new["runners"]]}, where)
    return result


def renewed(text: str, position: int, token: Token, at: str, where: str) -> str:
    """The file with another number and token for one of its runners. `at`: the time in UTC.

    When the token was made and when it ends is written if it does, or if the file says so of the old one: gitlab-runner
    then makes itself a new one in time.
    """
    before = parsed(text, where)
    meant = [dict(runner) for runner in _runners(before, where)]
    values = {"token": f'"{token.secret}"', "id": str(token.id)}
    if token.expires or "token_expires_at" in meant[position]:
        values |= {"token_obtained_at": at, "token_expires_at": token.expires or NEVER}
    lines = _lines(text)
    start, end = _spans(lines, where)[position]
    for key, value in values.items():
        _set(lines, start, end, key, value, where)
        meant[position] |= tomllib.loads(f"{key} = {value}")
    return _checked("".join(lines), {**before, "runners": meant}, where)


def removed(text: str, position: int, where: str) -> str:
    """The file without one of its runners; comments that follow it stay."""
    before = parsed(text, where)
    meant = [runner for place, runner in enumerate(_runners(before, where)) if place != position]
    lines = _lines(text)
    start, end = _spans(lines, where)[position]
    while lines[end - 1].strip()[:1] in ("", "#") and _whole(lines[: end - 1]):
        end -= 1
    after = {key: value for key, value in before.items() if key != "runners"} | ({"runners": meant} if meant else {})
    return _checked("".join((*lines[:start], *lines[end:])), after, where)


def has_comments(text: str) -> bool:
    """Whether there may be comments, which gitlab-runner loses when it writes the file itself."""
    return "#" in text


def _spans(lines: Sequence[str], where: str) -> list[tuple[int, int]]:
    """The first line of each runner, and the one behind its last."""
    headers = [place for place, line in enumerate(lines) if _HEADER.match(line) and _whole(lines[:place])]
    spans = []
    for place, following in zip(headers, [*headers[1:], len(lines)], strict=True):
        if _RUNNER.match(lines[place]):
            spans.append((place, following))
        elif spans and spans[-1][1] == place and _WITHIN.match(lines[place]):
            spans[-1] = (spans[-1][0], following)
    if len(spans) != len(_runners(parsed("".join(lines), where), where)):
        raise UsageError(f"cannot tell the runners of {where} apart", "edit it by hand")
    return spans


def _set(lines: list[str], start: int, end: int, key: str, value: str, where: str) -> None:
    """Set a key of the table that begins at `start`, in its place, or below the table's header."""
    for place in range(start + 1, end):
        if _HEADER.match(lines[place]) and _whole(lines[:place]):
            break
        found = re.match(rf"""(\s*(?:{key}|"{key}"|'{key}')\s*=\s*){_SCALAR}""", lines[place])
        if found and _whole(lines[:place]):
            lines[place] = f"{found[1]}{value}{lines[place][found.end() :]}"
            return
    if key in parsed("".join(lines[start:end]), where)["runners"][0]:
        raise UsageError(f"cannot set the {key} of a runner in {where}", "edit it by hand")
    line = lines[min(start + 1, len(lines) - 1)]
    indent = line[: len(line) - len(line.lstrip())] if line.strip() else "  "
    line_end = "\r\n" if lines[start].endswith("\r\n") else "\n"
    header = lines[start] if lines[start].endswith("\n") else f"{lines[start]}{line_end}"
    lines[start] = f"{header}{indent}{key} = {value}{line_end}"


def _lines(text: str) -> list[str]:
    """As TOML counts them; `splitlines` knows more ends of a line."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _whole(lines: Sequence[str]) -> bool:
    """Whether these lines end outside of any string and array: then what follows is what it looks like."""
    try:
        tomllib.loads("".join(lines))
    except tomllib.TOMLDecodeError:
        return False
    return True


def _checked(result: str, meant: dict[str, Any], where: str) -> str:
    _same(tomllib.loads(result), meant, where)
    return result


def _same(after: dict[str, Any], meant: dict[str, Any], where: str) -> None:
    if _canonical(after) != _canonical(meant):
        raise UsageError(f"cannot change {where} without changing more of it than was meant", "edit it by hand")


def _canonical(value: object) -> object:
    """A value whose texts are compared: `nan` equals nothing, and 1, 1.0 and true would equal each other."""
    if isinstance(value, dict):
        return sorted((key, _canonical(inner)) for key, inner in value.items())
    return [_canonical(inner) for inner in value] if isinstance(value, list) else repr(value)


def _runners(data: dict[str, Any], where: str) -> list[dict[str, Any]]:
    runners = data.get("runners", [])
    if not isinstance(runners, list) or not all(isinstance(runner, dict) for runner in runners):
        raise ConfigError((Problem(where=where, what="`runners` is no array of tables"),), where=where)
    return runners
