"""Which distributions a step can use, by its imports and the lock's graph, and which changed ones it certainly cannot.

A step reaches the distributions that provide what its code imports or that its texts mention, all that they need, and
their companions. An unknown distribution of the lock is taken as used: it may provide any module, or be a plugin that
a used one finds by itself. So its needs count, and no chain is cut at it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from mlgitlab.analysis.meaning.requirement import normalised_name
from mlgitlab.analysis.packages.book import Role
from mlgitlab.analysis.packages.known import Known

_MOST = 10_000  # no real lock has as many, and one that somebody made up must not take long
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What a step can use of one lock.

    causes: for each distribution what leads there: another one, or a module or text, or itself where nothing is known.
    unmapped: imported modules that no distribution of the lock is known to provide.
    """

    causes: Mapping[str, str]
    unmapped: tuple[str, ...]
    has_graph: bool
    is_closed: bool
    known: Known

    def why(self, package: str) -> tuple[str, ...]:
        """What leads to a distribution, from the module or text to itself; nothing for one that is not reached."""
        if package not in self.causes:
            return ()
        chain = [package]
        while (cause := self.causes[chain[-1]]) != chain[-1] and cause not in chain:
            chain.append(cause)
            if cause not in self.causes:
                break
        return tuple(reversed(chain))

    def leaves_aside(self, package: str) -> bool:
        """Whether a change of this distribution certainly cannot matter to the step."""
        if self.known.never_matters(package):
            return True
        role = self.known.role(package)
        if package in self.causes or role is Role.ALWAYS or not self.known.is_known(package):
            return False
        if role is Role.INERT:
            return True
        if not self.is_closed:  # another version of it can bring other versions of what the step uses
            return False
        if not self.has_graph:  # a library may need it, but then it is no tool; of a module unknown to us we cannot say
            return role.is_tool and not self.unmapped
        # Whatever provides an unmapped module can need any library, and be any distribution whose modules we do not
        # all know. It is no tool of which we know them all, and where it is of the lock it is reached as unknown.
        return not self.unmapped or (role.is_tool and self.known.has_all_modules(package))


def unrelated(
    changed: Collection[str],
    *,
    lock: Collection[str],
    requires: Mapping[str, tuple[str, ...]],
    is_closed: bool,
    imported: Collection[str],
    mentioned: Collection[str],
    known: Known,
) -> frozenset[str]:
    """Those of the changed distributions that certainly cannot matter to a step; all names are normalised.

    lock, requires: names and graph of both sides of the change; no `requires` for a lock without a graph.
    is_closed: whether nothing is installed but what the lock names, in the versions that it names.
    imported: top-level modules that its code imports, less the standard library and the repository's own.
    mentioned: texts of its code, and the programs that it starts.
    """
    names = {*lock, *changed}
    if len(names) > _MOST:
        return frozenset()
    reach = reach_of(
        lock=names,
        requires=requires,
        is_closed=is_closed,
        imported=imported,
        mentioned=mentioned,
        known=known,
    )
    return frozenset(name for name in changed if reach.leaves_aside(name))


def reach_of(
    *,
    lock: Collection[str],
    requires: Mapping[str, tuple[str, ...]],
    is_closed: bool,
    imported: Collection[str],
    mentioned: Collection[str],
    known: Known,
) -> Reach:
    """What a step can use; see `unrelated`."""
    names = frozenset(lock)
    causes: dict[str, str] = {}
    unmapped: list[str] = []
    for module in sorted({name.partition(".")[0] for name in imported}):
        providers = known.providers(module, names)
        _lead(causes, module, providers)
        if not providers:
            unmapped.append(module)
    said = _words(mentioned)
    for name in sorted(names):
        for word in sorted(said.keys() & known.words(name)):
            _lead(causes, said[word], [name])
        if known.role(name) is Role.ALWAYS or not (known.is_known(name) or known.never_matters(name)):
            causes.setdefault(name, name)
    pending = deque(causes)
    while pending:
        current = pending.popleft()
        further = names & {*requires.get(current, ()), *known.companions(current, names)}
        for name in sorted(further - causes.keys()):
            causes[name] = current
            pending.append(name)
    has_graph = bool(requires) and causes.keys() <= requires.keys()
    return Reach(causes=causes, unmapped=tuple(unmapped), has_graph=has_graph, is_closed=is_closed, known=known)


def _lead(causes: dict[str, str], cause: str, names: Collection[str]) -> None:
    """Notes where names come from; a module or word of the same name as the distribution says nothing more."""
    for name in sorted(names):
        causes.setdefault(name, name if normalised_name(cause) == name else cause)


def _words(texts: Collection[str]) -> dict[str, str]:
    """The words of texts, and of dotted words the first, as they are written, by their form as names."""
    found = {word for text in texts for word in _WORD.findall(text)}
    found |= {word.partition(".")[0] for word in found} | {word.rstrip(".-") for word in found}
    return {normalised_name(word): word for word in sorted(found)}
