"""What the store says about a plan: which of its trainings have a result, and which results it misses."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from mlgitlab.cli import signatures
from mlgitlab.cli.inputs import Request, Stores
from mlgitlab.cli.project.fingerprints import fingerprints_of
from mlgitlab.cli.project.head import Project
from mlgitlab.cli.project.webs import Webs
from mlgitlab.errors import MlgitlabError
from mlgitlab.planning.evidence import Evidence, askable, expects, weigh
from mlgitlab.planning.plan import Plan
from mlgitlab.store.library import Store
from mlgitlab.store.values import Result

_AT_ONCE = 16


def ask(request: Request, project: Project, webs: Webs, plan: Plan, stores: Stores) -> Evidence:
    """Ask the store. What it cannot be asked is said, and then every selected training runs."""
    trained = askable(step.spec for step in plan.selected)
    if not trained and not expects(request.env.kind):
        return Evidence()
    try:
        store = stores(project.config)
        if isinstance(store, str):
            return Evidence(notes=(store,) if store else ())
        missed = store.enrolled() & project.steps.keys() if expects(request.env.kind) else frozenset[str]()
        wanted = tuple(dict.fromkeys((*trained, *sorted(missed))))
        fingerprints = fingerprints_of(request, project, webs).of(wanted) if wanted else {}
        results = _results(store, {step: fingerprints[step].value for step in wanted})
        unsigned = _unsigned(request, project, store, {step: results[step] for step in trained if step in results})
    except MlgitlabError as error:
        return Evidence(notes=(f"the store was not asked: {error.message}; what it holds is trained again",))
    return weigh(trained, missed, fingerprints, results, unsigned)


def _results(store: Store, fingerprints: Mapping[str, str]) -> Mapping[str, Result]:
    def result(step: str) -> Result | None:
        found = store.result(step, fingerprints[step])
        # What was collected as garbage, or deleted by hand, has to be made again.
        return found if found and store.manifest(found.model, found.digest) else None

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found: Sequence[Result | None] = tuple(pool.map(result, fingerprints))
    return {result.step: result for result in found if result}


def _unsigned(request: Request, project: Project, store: Store, results: Mapping[str, Result]) -> Collection[str]:
    """The steps whose results nobody may deploy, since their provenance is not signed, and here it can be.

    The private key is meant to be a protected variable: elsewhere a result that cannot be signed is as good as any.
    """
    signing = signatures.signing_of(project.config)
    if not (signing and results and (request.env.ref_protected or signing.key in request.environ)):
        return ()
    permit = signatures.permit(store, project.config, signatures.in_snapshot(project.snapshot))
    assert permit is not None, "there is a key"
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        holds = pool.map(lambda found: permit.holds(found.model, found.digest), results.values())
        return tuple(step for step, held in zip(results, holds, strict=True) if not held)


def enrol(request: Request, project: Project, plan: Plan, stores: Stores) -> str:
    """Say in the store that a result is expected of each training that starts; the sentence for the log if it fails.

    From then on a failed or cancelled pipeline of the default branch loses nothing: see `expects`.
    """
    trained = tuple(dict.fromkeys((*askable(step.spec for step in plan.selected), *plan.question.postponed)))
    if not (trained and request.env.in_ci and expects(request.env.kind)):
        return ""
    try:
        store = stores(project.config)
        if isinstance(store, str):
            return ""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            tuple(pool.map(store.enrol, trained))
    except MlgitlabError as error:
        return (
            f"the store does not know that results are expected, so that a cancelled pipeline is lost: {error.message}"
        )
    return ""
