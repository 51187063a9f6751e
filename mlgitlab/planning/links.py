"""Symbolic links of the repository: the other paths by which a file is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from mlgitlab import paths

# As many links as Linux follows on the way to one file.
_MOST_LINKS = 40
_MOST_ALIASES = 1000


class Links:
    """The links of one snapshot, looked up by where they lead: there may be many, and many paths to ask about."""

    def __init__(self, links: Mapping[str, str]) -> None:
        """`links`: each link, and the path that it really leads to."""
        self._to: dict[str, list[str]] = {}
        for link, target in links.items():
            self._to.setdefault(target, []).append(link)

    def aliases(self, path: str) -> tuple[str, ...]:
        """Every other path that leads to a path, sorted.

        A link may lie behind another one; none is passed twice, so that a link to a folder above itself ends.
        """
        found: dict[str, None] = {}
        pending: list[tuple[str, tuple[str, ...]]] = [(path, ())] if self._to else []
        while pending and len(found) < _MOST_ALIASES:
            here, passed = pending.pop()
            for link, rest in self._leading_to(here):
                alias = f"{link}{rest}"
                if link in passed or len(passed) >= _MOST_LINKS or alias == path or alias in found:
                    continue
                found[alias] = None
                pending.append((alias, (*passed, link)))
        return tuple(sorted(found))

    def all_aliases(self, entries: Iterable[str]) -> Mapping[str, str]:
        """Each alias of the paths, with the path that it leads to."""
        return {alias: path for path in entries for alias in self.aliases(path)} if self._to else {}

    def _leading_to(self, path: str) -> Iterator[tuple[str, str]]:
        """The links to the path or a folder above it, each with what follows it on the way to the path."""
        for target in (path, *paths.ancestors(path)):
            rest = path[len(target) :] if target else f"/{path}"
            yield from ((link, rest) for link in self._to.get(target, ()))


NO_LINKS = Links({})
