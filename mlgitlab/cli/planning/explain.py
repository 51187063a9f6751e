"""`mlgitlab explain`: one job, model or file, in both directions."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from typing import Any

import click

from mlgitlab import paths
from mlgitlab.changes import Change, ChangeKind
from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, planning_options
from mlgitlab.cli.planning.asking import stores_of
from mlgitlab.cli.planning.flow import Survey, suppose, survey
from mlgitlab.cli.planning.settling import settle
from mlgitlab.errors import UsageError
from mlgitlab.planning.document import step_facts
from mlgitlab.planning.reach import starter_of
from mlgitlab.planning.steps import StepSpec
from mlgitlab.protocols import Repository

_MOST_FILES = 15


@click.command("explain")
@click.argument("what", metavar="JOB|MODEL|FILE")
@planning_options
@json_option
@click.pass_obj
def command(around: Surroundings, options: Options, what: str, as_json: bool) -> None:
    """Say why a job runs or does not, and what would make it run; or what a file leads to.

    JOB is an id such as fraud:train, MODEL a name of mlgitlab.yml, FILE a path from the repository's root.
    """
    request, repository = wiring.start(around, options)
    stores = stores_of(around, request)
    found = settle(survey(request, repository, stores), around, stores)
    answer = _explain(found, repository, what)
    click.echo(json.dumps(answer, indent=2, ensure_ascii=False) if as_json else "\n".join(_text(answer)))


Answer = dict[str, Any]


def _explain(found: Survey, repository: Repository, what: str) -> Answer:
    steps = {step.spec.id: step.spec for step in found.plan.steps}
    if what in steps:
        return _about_steps(found, what, "job", [steps[what]])
    if owned := [step for step in steps.values() if step.owner == what]:
        return _about_steps(found, what, "model", owned)
    return _about_file(found, repository, paths.normalise(what))


def _about_steps(found: Survey, what: str, kind: str, specs: list[StepSpec]) -> Answer:
    decided = {step.spec.id: step_facts(step) for step in found.plan.steps}
    takes = _takes(found)
    starters = {spec.id: starter_of(spec) for spec in specs}
    loading = found.webs.loading(found.project.scene, starters.values())
    imports = {id_: sorted(loading.of(starter).files) for id_, starter in starters.items()}
    return {
        "what": what,
        "kind": kind,
        "steps": [
            {
                **decided[spec.id],
                **({"takes": takes[spec.id]} if spec.id in takes else {}),
                "listens": [
                    {"key": rule.key, "patterns": [*rule.globs.include, *(f"!{x}" for x in rule.globs.exclude)]}
                    for rule in spec.rules
                ],
                "imports": [paths.show(path) for path in imports[spec.id]],
                "command": list(spec.command),
                "origins": {
                    name: f"{key} ({place})" if (place := found.project.parsed.origins.get(key)) else key
                    for name, key in spec.origins.items()
                },
            }
            for spec in specs
        ],
    }


def _takes(found: Survey) -> dict[str, object]:
    """What each selected step on a GPU takes, in words, where the plan says so."""
    if found.plan.question.forecast is None:
        return {}
    from mlgitlab.planning.costs_words import estimate_sentence  # noqa: PLC0415 (only those who ask load it)

    forecast = found.plan.question.forecast
    return {each.step: estimate_sentence(each, forecast.currency) for each in forecast.estimates}


def _about_file(found: Survey, repository: Repository, path: str) -> Answer:
    entry = found.project.snapshot.entries().get(path)
    changed = next((change for change in found.comparison.changes.changes if change.path == path), None)
    if entry is None and changed is None:
        raise _unknown(found, path)
    mode = entry.mode if entry else ""
    supposed = suppose(
        found, repository, changed or Change(path=path, kind=ChangeKind.MODIFIED, old_mode=mode, new_mode=mode)
    )
    return {
        "what": paths.show(path),
        "kind": "file",
        "changed": str(changed.kind) if changed else None,
        "ignored": path in supposed.comparison.impact.ignored,
        "unmatched": path in supposed.comparison.impact.unmatched,
        "steps": [step_facts(step) for step in supposed.plan.steps],
    }


def _unknown(found: Survey, what: str) -> UsageError:
    names = [*found.project.steps, *map(str, found.project.config.models), *found.project.snapshot.entries()]
    near = difflib.get_close_matches(what, names, n=1)
    hint = f"did you mean {paths.show(near[0])}?" if near else f"jobs: {', '.join(found.project.steps)}"
    return UsageError(f"there is no job, model or file {paths.show(what)!r}", hint)


def _text(answer: Answer) -> Iterator[str]:
    if answer["kind"] == "file":
        yield from _file_text(answer)
        return
    for position, step in enumerate(answer["steps"]):
        if position:
            yield ""
        yield from _step_text(step)


def _step_text(step: Answer) -> Iterator[str]:
    yield click.style(f"{step['id']} {'runs' if step['selected'] else 'does not run'}", bold=True)
    for reason in step["reasons"]:
        yield f"  because {reason['text']}"
        if reason["chain"]:
            yield f"          {_way(reason, step['id'])}"
    if step["skipped"]:
        yield f"  because {step['skipped']}"
    if "takes" in step:
        yield f"  {step['takes']}"
    if step["needs"]:
        yield f"  after {', '.join(need['step'] for need in step['needs'])}"
    yield "  it listens to"
    for rule in step["listens"]:
        yield f"    {', '.join(rule['patterns'])}  ({rule['key']})"
    if step["imports"]:
        more = len(step["imports"]) - _MOST_FILES
        rest = f" and {more} more" if more > 0 else ""
        yield f"    the files its command loads: {', '.join(step['imports'][:_MOST_FILES])}{rest}"
    for name, origin in step["origins"].items():
        yield f"  {name} comes from {origin}"


def _way(reason: Answer, step: str) -> str:
    """From what changed, and what of it, to the step."""
    first, *rest = reason["chain"]
    what = f"{first}: {', '.join(reason['parts'])}" if reason["parts"] else first
    return " → ".join([what, *rest, step])


def _file_text(answer: Answer) -> Iterator[str]:
    state = f"changed ({answer['changed']})" if answer["changed"] else "did not change; if it did"
    yield click.style(f"{answer['what']} {state}", bold=True)
    if answer["ignored"]:
        yield "  it is ignored (ignore)"
    if answer["unmatched"]:
        yield "  no rule knows it (unmatched)"
    runs = [step for step in answer["steps"] if step["selected"]]
    for step in runs:
        yield f"  {click.style(step['id'], fg='green')} runs: {step['reasons'][0]['text']}"
        if len(step["reasons"][0]["chain"]) > 1:
            yield f"      {_way(step['reasons'][0], step['id'])}"
    idle = [step for step in answer["steps"] if not step["selected"]]
    for reason in dict.fromkeys(step["skipped"] for step in idle):
        ids = [step["id"] for step in idle if step["skipped"] == reason]
        verb = "does" if len(ids) == 1 else "do"
        yield f"  {click.style(', '.join(ids), dim=True)} {verb} not run: {reason}"
