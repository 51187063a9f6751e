"""A replay for people and for scripts; the text reads the document only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import click

from mlgitlab import paths
from mlgitlab.config.wording import quoted
from mlgitlab.planning.misses import Checked, Miss
from mlgitlab.planning.shadow import Replay
from mlgitlab.planning.tally import add_up, frequent
from mlgitlab.protocols import Line

Document = dict[str, Any]
_SHORT_SHA = 12
_MOST_FILES = 10
_MOST_CHANGED = 5
_COLUMNS = {"training": "training", "evaluation": "evaluation", "data": "data", "all": "all", "on_gpu": "on a GPU"}
_ROWS = {"mlgitlab": "mlgitlab", "patterns": "folder patterns", "everything": "everything, always"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """All that there is to tell. results: how many a file held, None without one."""

    line: Line
    configuration: str
    replays: Sequence[Replay]
    results: int | None
    checked: Checked
    interrupted: bool


def document(told: Told) -> Document:
    """The facts as JSON has them."""
    known = [replay for replay in told.replays if not replay.skipped]
    total = add_up(known)
    blind = [sorted({file for files in replay.blind.values() for file in files}) for replay in known if replay.blind]
    return {
        "configuration": told.configuration,
        "commits": {
            "listed": len(told.line.commits),
            "replayed": len(known),
            "first": told.replays[0].commit if told.replays else "",
            "last": told.replays[-1].commit if told.replays else "",
            "selecting": sum(bool(replay.selected) for replay in known),
            "cut": told.line.cut,
            "interrupted": told.interrupted,
        },
        "runs": {
            "mlgitlab": asdict(total.mlgitlab),
            "patterns": asdict(total.patterns),
            "everything": asdict(total.everything),
        },
        "against_patterns": {"left_out": asdict(total.left_out), "added": asdict(total.added)},
        "missed_by_patterns": {"commits": len(blind), "runs": asdict(total.imported), "files": _files(blind)},
        "unmatched": {
            "commits": sum(bool(replay.unmatched) for replay in known),
            "runs": asdict(total.unknown),
            "files": _files(replay.unmatched for replay in known),
        },
        "results": _results(told),
        "replays": [_replay(replay) for replay in told.replays],
    }


def _files(found: Iterable[Iterable[str]]) -> list[Document]:
    return [{**paths.as_json(path), "commits": count} for path, count in frequent(found)]


def _results(told: Told) -> Document:
    checked = told.checked
    return {
        "given": told.results,
        "compared": checked.compared,
        "differing": checked.differing,
        "misses": [_miss(miss) for miss in checked.misses],
    }


def _miss(miss: Miss) -> Document:
    return {
        "step": miss.step,
        "commit": miss.commit,
        "earlier": miss.earlier,
        "result": miss.value,
        "earlier_result": miss.earlier_value,
        "from_dvc_lock": miss.recorded,
        "changed": [paths.as_json(path) for path in miss.changed],
    }


def _replay(replay: Replay) -> Document:
    return {
        "commit": replay.commit,
        "base": replay.base,
        "changed": len(replay.changed),
        "selected": sorted(replay.selected),
        "patterns": sorted(replay.patterns),
        "missed_by_patterns": sorted(replay.blind),
        "skipped": replay.skipped,
    }


def text(facts: Document) -> str:
    """The facts as a table and sentences."""
    blocks = [_head(facts), _table(facts["runs"]), _sentences(facts), _blind(facts), _checked(facts["results"])]
    return "\n\n".join("\n".join(lines) for block in blocks if (lines := list(block)))


def _head(facts: Document) -> Iterator[str]:
    commits = facts["commits"]
    if not commits["listed"]:
        why = "the clone holds no commit with its parent: fetch more of the history"
        yield f"Nothing to replay: {why if commits['cut'] else 'there is no such commit that has a parent'}"
        return
    span = f"{commits['first'][:_SHORT_SHA]} to {commits['last'][:_SHORT_SHA]}"
    if commits["replayed"]:
        yield click.style(
            f"{_counted(commits['replayed'], 'commit')}, {span}, with {facts['configuration']}", bold=True
        )
    if commits["interrupted"]:
        yield f"{_warning()} interrupted after {len(facts['replays'])} of {_counted(commits['listed'], 'commit')}"
    if commits["cut"]:
        yield f"{_warning()} the clone ends before the first of them: more need more of the history (git fetch)"
    skipped = [replay["skipped"] for replay in facts["replays"] if replay["skipped"]]
    for why in dict.fromkeys(skipped):
        yield f"{_warning()} {_counted(skipped.count(why), 'commit')} left out: {why}"


def _table(runs: Document) -> Iterator[str]:
    everything = runs["everything"]
    if not everything["all"]:
        return
    columns = [name for name in _COLUMNS if everything[name]]
    widths = [max(len(_COLUMNS[name]), len(str(everything[name]))) + 2 for name in columns]
    left = max(map(len, _ROWS.values()))
    yield " " * left + "".join(_COLUMNS[name].rjust(width) for name, width in zip(columns, widths, strict=True))
    for row, title in _ROWS.items():
        cells = (str(runs[row][name]).rjust(width) for name, width in zip(columns, widths, strict=True))
        yield title.ljust(left) + "".join(cells)


def _sentences(facts: Document) -> Iterator[str]:
    runs, commits = facts["runs"], facts["commits"]
    if not commits["replayed"]:
        return
    if not runs["everything"]["all"]:
        yield "The configuration has no step that a replay counts."
        return
    trained = {way: runs[way]["training"] for way in _ROWS}
    yield (
        f"{commits['selecting']} of {_counted(commits['replayed'], 'commit')} can alter a result."
        f" mlgitlab would have trained {_times(trained['mlgitlab'])}, folder patterns {_times(trained['patterns'])},"
        f" running everything {_times(trained['everything'])}."
    )
    left_out, added = (facts["against_patterns"][way]["training"] for way in ("left_out", "added"))
    if left_out or added:
        yield (
            f"Of the {_counted(trained['patterns'], 'training')} by folder patterns it leaves out {left_out},"
            f" and it adds {added}."
        )


def _blind(facts: Document) -> Iterator[str]:
    for key, what in (
        ("missed_by_patterns", "with files that a step loads and its folder patterns miss"),
        ("unmatched", "with files that no rule knows (see `unmatched` and `ignore`)"),
    ):
        found = facts[key]
        if found["commits"]:
            trained = _counted(found["runs"]["training"], "training")
            yield f"{_counted(found['commits'], 'commit')} {what}, {trained}:"
            yield from _listed(found["files"])


def _listed(files: Sequence[Document]) -> Iterator[str]:
    shown = files[:_MOST_FILES]
    width = max(len(file["path"]) for file in shown)
    yield from (f"  {file['path'].ljust(width)}  {_counted(file['commits'], 'commit')}" for file in shown)
    if len(files) > len(shown):
        yield f"  and {_counted(len(files) - len(shown), 'more file')}"


def _checked(results: Document) -> Iterator[str]:
    given, compared, misses = results["given"], results["compared"], results["misses"]
    if given is None and not compared:
        return
    if not compared:
        yield f"{_counted(given, 'result')}, no two of them of one step at commits of this replay: nothing compared"
        return
    told = f"{_counted(compared, 'pair')} of results compared, {results['differing']} with a difference, "
    yield told + click.style(_counted(len(misses), "miss"), fg="red" if misses else "green", bold=True)
    for miss in misses:
        yield f"  {miss['step']} between {miss['earlier'][:_SHORT_SHA]} and {miss['commit'][:_SHORT_SHA]}:"
        yield f"    {quoted(miss['earlier_result'])} became {quoted(miss['result'])}, and nothing selected it"
        paths_ = [file["path"] for file in miss["changed"]]
        more = f" and {len(paths_) - _MOST_CHANGED} more" if len(paths_) > _MOST_CHANGED else ""
        yield f"    changed: {', '.join(paths_[:_MOST_CHANGED]) or 'no file'}{more}"


def _warning() -> str:
    return click.style("warning:", fg="yellow")


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}{'es' if noun.endswith('s') else 's'}"
