"""Changes of files on disk, as a story writes them."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from tests.repositories import Repo


def edit(repo: Repo, edits: Mapping[str, Any]) -> None:
    """Apply edits in their order. Each maps paths to what becomes of them, or lists paths."""
    for name, wanted in edits.items():
        for path in wanted:
            _EDITS[name](repo, path, wanted[path] if isinstance(wanted, dict) else None)


def _change(repo: Repo, path: str, change: str | Mapping[str, str]) -> None:
    """Append a text, or replace each old part, which must be there once."""
    text = (repo.folder / path).read_bytes().decode()
    if isinstance(change, str):
        text += change
    else:
        for old, new in change.items():
            assert text.count(old) == 1, f"{old!r} is {text.count(old)} times in {path}"
            text = text.replace(old, new)
    repo.write({path: text})


def _link(repo: Repo, path: str, target: str) -> None:
    place = repo.folder / path
    place.unlink(missing_ok=True)
    place.parent.mkdir(parents=True, exist_ok=True)
    os.symlink(target, place)  # noqa: PTH211 (a target is text, and need not exist)


def _submodule(repo: Repo, path: str, sha: str) -> None:
    (repo.folder / path).mkdir(parents=True, exist_ok=True)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{sha},{path}")


def _many(repo: Repo, pattern: str, count: int) -> None:
    repo.write({pattern.format(number): f"{number}\n" for number in range(count)})


_EDITS: Mapping[str, Callable[[Repo, str, Any], object]] = {
    "write": lambda repo, path, text: repo.write({path: text}),
    "many": _many,
    "append": _change,
    "replace": _change,
    "delete": lambda repo, path, _: repo.remove(path),
    "move": lambda repo, path, new: repo.move(path, new),
    "executable": lambda repo, path, _: (repo.folder / path).chmod(0o755),
    "link": _link,
    "submodule": _submodule,
}
