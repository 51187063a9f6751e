"""Webs that outlive a run: one body for all commits of which it is true."""

from __future__ import annotations

from mlgitlab.analysis import web_file
from mlgitlab.analysis.naming import name_of
from mlgitlab.analysis.web import Web
from mlgitlab.protocols import Cache

COMMITS = "webs"  # by commit: the name of a body
_BODIES = "bodies"  # by content
_MOST_COMMITS = 12


class KeptWebs:
    """The web of each commit that was looked at."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._known: dict[str, Web] = {}
        self._bodies: dict[int, str] = {}  # by the identity of a web in `_known`

    def commits(self) -> tuple[str, ...]:
        """Commits that have a web, the newest first: those of this run, then those kept before."""
        kept = (name.rpartition("/")[2] for name in self._cache.names(COMMITS))
        return tuple(dict.fromkeys((*reversed(self._known), *kept)))

    def get(self, commit: str) -> Web | None:
        """The web of a commit; None where there is none, or none that can be read."""
        if commit not in self._known:
            web = self._read(self._cache.get(f"{COMMITS}/{commit}") or b"")
            if web is None:
                return None
            self._known[commit] = web
        return self._known[commit]

    def _read(self, body: bytes) -> Web | None:
        """The web of a body; one body is one web, so that who compares two webs sees that they are the same."""
        name = body.decode("ascii", "replace")
        for web in self._known.values():
            if self._bodies.get(id(web)) == name:
                return web
        content = self._cache.get(name) if name else None
        if not content:
            return None
        try:
            web = web_file.decode(content)
        except (ValueError, TypeError, KeyError, IndexError):
            return None
        self._bodies[id(web)] = name
        return web

    def put(self, commit: str, web: Web) -> None:
        """Say that the web is true of a commit."""
        if self._known.get(commit) is web:
            return
        self._known[commit] = web
        if id(web) not in self._bodies:
            content = web_file.encode(web)
            self._bodies[id(web)] = f"{_BODIES}/{name_of(content)}"
            self._cache.put(self._bodies[id(web)], content)
        self._cache.put(f"{COMMITS}/{commit}", self._bodies[id(web)].encode("ascii"))
        self._prune()

    def _prune(self) -> None:
        names = self._cache.names(COMMITS)
        for name in names[_MOST_COMMITS:]:
            self._cache.drop(name)
        if len(names) > _MOST_COMMITS:
            used = {self._cache.get(name) for name in names[:_MOST_COMMITS]}
            for body in self._cache.names(_BODIES):
                if body.encode("ascii") not in used:
                    self._cache.drop(body)
