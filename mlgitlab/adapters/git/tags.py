"""Tags, by the commits they name. Read from the clone and the remote; none is ever fetched or written.

`git describe` would need the tags as refs; the names alone, with the commits they point to, are
all that a baseline needs, and `ls-remote` gives them without touching the clone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from mlgitlab.adapters.git.fetching import Fetcher
from mlgitlab.adapters.git.process import Git

_PREFIX = "refs/tags/"
_PEELED = "^{}"  # the line of `ls-remote` that says which commit an annotated tag is about


def known(git: Git, fetcher: Fetcher | None) -> dict[str, str]:
    """Commit by tag name; `fetcher` adds those of the remote, which win over the clone's."""
    lines = git.run("for-each-ref", "--format=%(objectname) %(*objectname) %(refname)", "refs/tags").lines
    found: dict[str, str] = {}
    for line in lines:
        direct, peeled, name = line.split(" ", 2)
        found[name.removeprefix(_PREFIX)] = peeled or direct
    remote = (fetcher.remote_refs("origin", _PREFIX + "*") if fetcher else None) or {}
    # Sorted, `refs/tags/v1` comes before `refs/tags/v1^{}`, which replaces it.
    for name, sha in sorted(remote.items()):
        found[name.removeprefix(_PREFIX).removesuffix(_PEELED)] = sha
    return found


def matching(tags: Mapping[str, str], pattern: str) -> dict[str, str]:
    """Tag name by commit, for names like the glob; of several on one commit, the last by name."""
    return {sha: name for name, sha in sorted(tags.items()) if fnmatchcase(name, pattern)}


def nearest(git: Git, tips: Sequence[str], named: Mapping[str, str]) -> str | None:
    """The first commit with a tag that a walk from `tips` meets; no tagged commit lies between."""
    if not tips:
        return None
    walk = git.run("rev-list", "--date-order", *tips).lines
    return next((sha for sha in walk if sha in named), None)
