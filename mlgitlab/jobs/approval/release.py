"""A release of the project: the model that is in an environment, with its evidence as links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mlgitlab import paths
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.approval import evidence
from mlgitlab.jobs.approval.candidates import facts
from mlgitlab.jobs.approval.decision import Answer, Decision
from mlgitlab.store import digests
from mlgitlab.store.library import Store

# What a store says is a link is one only if it looks like a page of a GitLab's.
_PAGE = re.compile(r"https?://[A-Za-z0-9.:-]+/[A-Za-z0-9_./-]+/-/(jobs|pipelines)/[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """What GitLab is asked for. `links` are pairs of name and address, no two of them the same."""

    tag: str
    name: str
    description: str
    links: tuple[tuple[str, str], ...]


def release(store: Store, model: str, digest: str, environment: str, pipeline: str, *, protected: bool) -> Release:
    """The release of a model. protected: only verdicts of protected branches and tags count.

    RefusedError where it is not what the environment stands at, or has no verdict.
    """
    pointer = store.pointer(model, environment)
    short = digests.short(digest)
    if pointer is None or pointer.digest != digest:
        stands = digests.short(pointer.digest) if pointer else "nothing"
        raise RefusedError(f"{model}@{environment} is {stands}, and not {short}", "release what is deployed")
    found = evidence.gather(store, model, digest, protected=protected)
    verdict, given = facts(found.judged), _approvals(found.decisions, environment)
    lines = [
        f"`{model}` in `{environment}` is `{digest}`.",
        f"Its verdict, `{verdict.name}`, is **{verdict.outcome}** of `{_code(verdict.at)}`.",
        *(
            f"Approved by `{_code(each.by)}` at {each.at}: `{each.name}`."
            for each in _approvals(found.decisions, environment)
        ),
    ]
    links = dict(_links(verdict.report(model), verdict.pipeline, given, pipeline))
    return Release(
        tag=f"{environment}-{model}-{short.rpartition(':')[2]}",
        name=f"{model} {short} in {environment}",
        description="\n\n".join(lines),
        links=tuple((name, url) for url, name in links.items()),
    )


def _code(text: str) -> str:
    """For a code span of Markdown, which a backtick would end."""
    return paths.printable(text).replace("`", "'")


def _approvals(found: Iterable[Decision], environment: str) -> list[Decision]:
    return [each for each in evidence.about(found, environment) if each.answer is Answer.APPROVED]


def _links(report: str, judged: str, approvals: Iterable[Decision], deployed: str) -> Iterator[tuple[str, str]]:
    """Addresses and their names: GitLab refuses a release with an address that comes twice."""
    if report:
        yield report, "Report of the gates"
    for number, each in enumerate(approvals, 1):
        if _PAGE.fullmatch(each.job):
            yield each.job, f"Approval {number}"
    for name, address in (("Pipeline that judged it", judged), ("Pipeline that deployed it", deployed)):
        if _PAGE.fullmatch(address):
            yield address, name
