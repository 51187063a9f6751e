"""From files to the web of what loads what: every file read once, for all steps together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from mlgitlab.analysis.closure import Walk
from mlgitlab.analysis.graph import ImportGraph
from mlgitlab.analysis.packages.standard_library import STANDARD_LIBRARY
from mlgitlab.analysis.starter import Starter
from mlgitlab.analysis.starting import Start, start_of
from mlgitlab.analysis.web import Origin, Strand, Web

# Every step has these on its module path: the repository's root and its `src`.
SHARED = frozenset({"", "src"})


def weave(
    graph: ImportGraph, starters: Iterable[Starter], known: Web | None = None, changed: Collection[str] = ()
) -> Web:
    """The web of all that the starters load.

    `known` is a web of the same folders and names, in which only the contents of `changed` differ.
    """
    shared = Walk(graph, Start(roots=set(SHARED), folders={""}))
    strands = {path: strand for path, strand in known.strands.items() if path not in changed} if known else {}
    origins = {starter.name: _origin(graph, starter) for starter in starters}
    seen = {path for origin in origins.values() for path in origin.files}
    frontier = sorted(seen)
    while frontier:
        unread = [path for path in frontier if path not in strands]
        graph.prepare(unread)
        strands.update((path, _strand(graph, shared, path)) for path in unread)
        reached = frozenset().union(*[strands[path].targets for path in frontier])
        frontier = sorted(reached - seen)
        seen |= reached
    web = Web(strands={path: strands[path] for path in sorted(seen)}, origins=origins, links=_links(graph))
    return replace(web, origins={name: _summed(web, origin) for name, origin in origins.items()})


def _links(graph: ImportGraph) -> dict[str, str]:
    found = ((link, graph.tree.real(link)) for link in sorted(graph.tree.links))
    return {link: real.path for link, real in found if real is not None}


def _summed(web: Web, origin: Origin) -> Origin:
    """The origin, with what its files together are."""
    found = web.spread(origin)
    if found is None:
        return origin
    return replace(
        origin,
        shared=True,
        wild=bool(web.wildcards_in(found)),
        opaque=origin.opaque or web.is_opaque(found),
        reads=int(web.reads(found)),
    )


def _strand(graph: ImportGraph, shared: Walk, path: str) -> Strand:
    imports = graph.imports(path)
    real = graph.tree.real(path)
    linked = real is None or real.path != path or bool(real.links)
    special = linked or bool(imports.roots) or imports.any_root or graph.finds_scripts(path)
    # What a file of configuration or of a project says is looked at by a walk of the step's own.
    special |= imports.arguments or imports.fills or imports.shares_package or graph.starts_programs(path)
    tops = set(graph.tops(path))
    relative = graph.relative(path)
    modules = frozenset(imports.modules) - STANDARD_LIBRARY
    for folder, ref in relative:
        tops.update(_packages(folder, ref.module))
    return Strand(
        imports=graph.name(path),
        targets=frozenset() if special else frozenset(shared.targets(path)) - {path},
        tops=frozenset(tops),
        wildcard=imports.reaches_everything or (imports.entry_points and graph.projects.any_point),
        opaque=imports.opaque,
        special=special,
        relative=bool(relative),
        reads=int(imports.reads),
        modules=modules,
        own=frozenset(top for top in modules if shared.knows(top)),
    )


def _packages(folder: str, module: str) -> Iterable[str]:
    """The first names under which the shared roots know a relative import's package."""
    for root in SHARED:
        inside = folder.removeprefix(root).lstrip("/") if folder.startswith(root) else folder
        yield (inside or module).partition("/")[0].partition(".")[0]


def _origin(graph: ImportGraph, starter: Starter) -> Origin:
    entries = starter.entries()
    start = start_of(graph, entries, starter.source_roots)
    walk = Walk(graph, start)
    files = tuple(dict.fromkeys(walk.first()))
    own = sorted(start.roots - SHARED)
    tree = graph.tree
    # A folder above the repository, in a submodule or behind a link is looked at by a walk of its own.
    plain = all(not folder.startswith("..") and (real := tree.real(folder)) and real.path == folder for folder in own)
    plain = plain and not any(folder in tree.submodules for folder in own)
    return Origin(
        files=files,
        folders=tuple(own),
        names=frozenset().union(*[tree.names_in(folder) for folder in own]) if plain else frozenset(),
        missing=tuple(sorted(start.missing)),
        opaque=entries.opaque or start.opaque or walk.opaque,
        special=not plain or bool(start.besides or start.shells),
    )
