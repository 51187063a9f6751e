"""`mlgitlab fingerprint`: what a result depends on, as one digest, and what makes two of them differ."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import click

from mlgitlab import paths
from mlgitlab.cli import wiring
from mlgitlab.cli.inputs import Request
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, shared_options
from mlgitlab.cli.project.comparison import config_then
from mlgitlab.cli.project.fingerprints import Fingerprints, fingerprints_of
from mlgitlab.cli.project.head import Project, read_project
from mlgitlab.cli.project.webs import Scene, Webs
from mlgitlab.config.wording import suggestion
from mlgitlab.errors import UsageError
from mlgitlab.planning.baseline.search import WHICH_COMMITS
from mlgitlab.planning.derive import derive
from mlgitlab.planning.dvc import with_dvc
from mlgitlab.planning.fingerprint import Fingerprint, distinctions
from mlgitlab.protocols import Repository

_MOST_PARTS = 5


@click.command("fingerprint")
@click.argument("model")
@click.argument("step", default="")
@shared_options
@click.option("--diff", metavar="BASE", default="", help="Name what makes it differ from that of a commit.")
@json_option
@click.pass_obj
def command(around: Surroundings, options: Options, model: str, step: str, diff: str, as_json: bool) -> None:
    """Print the fingerprint of each step of MODEL, or of one STEP: train, smoke, evaluate.

    Two runs of a step with one fingerprint make the same result, as far as anybody can tell: the code that it
    loads, its parameters, data, packages, image, GPU and command are the same. MODEL may be a dataset or a check, too.
    """
    request, repository = wiring.start(around, options)
    project = read_project(request, repository)
    names = _asked(project, model, step)
    here = fingerprints_of(request, project, Webs(repository, request.cache))
    found = here.of(names)
    facts = [_facts(found[name]) for name in names]
    if diff:
        then = _then(here, request, repository, diff)
        before = then.of([name for name in names if name in then.steps])
        for name, fact in zip(names, facts, strict=True):
            fact["differs"] = _differences(before.get(name), found[name], then, here)
    click.echo(json.dumps(facts, indent=2, ensure_ascii=False) if as_json else "\n".join(_text(facts)))


def _asked(project: Project, model: str, step: str) -> Sequence[str]:
    names = [spec.id for spec in project.steps.values() if spec.owner == model and step in ("", spec.kind)]
    if not names and not step:
        names = [spec.id for spec in project.steps.values() if spec.id == model]
    if not names:
        asked, near = (f"{model}:{step}", project.steps) if step else (model, {s.owner for s in project.steps.values()})
        hint = suggestion(asked, near, "there are") or f"steps: {', '.join(project.steps)}"
        raise UsageError(f"there is no step {paths.show(asked)!r}", hint)
    return names


def _then(here: Fingerprints, request: Request, repository: Repository, base: str) -> Fingerprints:
    """The same steps as a commit had them; under a configuration outside the repository, the same configuration."""
    commit = repository.resolve(base)
    if commit is None:
        raise UsageError(f"--diff {base!r} is no commit of this repository", WHICH_COMMITS)
    scene = Scene(commit=commit, snapshot=repository.snapshot(commit))
    outside = request.config.outside is not None
    config = here.config if outside else config_then(scene.snapshot, request.config.path)
    if isinstance(config, str):
        raise UsageError(f"--diff {base!r}: {config}", "nothing says what the steps were then")
    return replace(here, scene=scene, config=config, steps=with_dvc(derive(config), scene.snapshot).steps)


def _facts(found: Fingerprint) -> dict[str, Any]:
    return {
        "step": found.step,
        "fingerprint": found.value,
        "unknown": list(found.unknown),
        "ingredients": [
            {"kind": item.kind, **paths.as_json(item.name), "digest": item.digest} for item in found.ingredients
        ],
    }


def _differences(
    old: Fingerprint | None, new: Fingerprint, then: Fingerprints, here: Fingerprints
) -> list[dict[str, Any]]:
    if old is None:
        return [{"kind": "step", **paths.as_json(new.step), "change": "added", "parts": []}]
    return [
        {
            "kind": item.kind,
            **paths.as_json(item.name),
            "change": item.change,
            "parts": [paths.printable(part) for part in here.parts(new.step, item.name, then)] if item.is_file else [],
        }
        for item in distinctions(old, new)
    ]


def _text(facts: Sequence[dict[str, Any]]) -> Iterator[str]:
    for fact in facts:
        yield f"{click.style(fact['step'], bold=True)}  {fact['fingerprint']}"
        kinds = Counter(item["kind"] for item in fact["ingredients"])
        yield f"  over {', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))}"
        for unknown in fact["unknown"]:
            yield f"  {click.style('not covered:', fg='yellow')} {unknown}"
        if "differs" in fact:
            yield from _differing(fact["differs"])


def _differing(differences: Sequence[dict[str, Any]]) -> Iterator[str]:
    if not differences:
        yield "  the same as then"
    for item in differences:
        more = len(item["parts"]) - _MOST_PARTS
        shown = ", ".join(item["parts"][:_MOST_PARTS]) + (f" and {more} more" if more > 0 else "")
        yield f"  {item['change']}: {item['kind']} {item['path']}{f': {shown}' if shown else ''}"
