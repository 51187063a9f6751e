"""Symbolic links of the repository: the other paths by which a file is read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from mlgitlab import paths

# As many links as Linux follows on the way to one file.
_MOST_LINKS = 40
_MOST_ALIASES = 1000


def aliases(path: str, links: Mapping[str, str]) -> tuple[str, ...]:
    """Every other path that leads to a path, sorted. `links`: each link, and the path that it really leads to.

    A link may lie behind another one; none is passed twice, so that a link to a folder above itself ends.
    """
    found: dict[str, None] = {}
    pending: list[tuple[str, tuple[str, ...]]] = [(path, ())] if links else []
    while pending and len(found) < _MOST_ALIASES:
        here, passed = pending.pop()
        for link, target in links.items():
            if link in passed or len(passed) >= _MOST_LINKS or not paths.is_within(here, target):
                continue
            alias = f"{link}/{here[len(target) :].lstrip('/')}".rstrip("/")
            if alias != path and alias not in found:
                found[alias] = None
                pending.append((alias, (*passed, link)))
    return tuple(sorted(found))


def all_aliases(entries: Iterable[str], links: Mapping[str, str]) -> Mapping[str, str]:
    """Each alias of the paths, with the path that it leads to."""
    if not links:
        return {}
    return {alias: path for path in entries for alias in aliases(path, links)}
