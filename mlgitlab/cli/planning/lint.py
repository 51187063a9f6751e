"""`mlgitlab lint`: our rules, then GitLab's schema, then, with a token, GitLab itself."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, replace

import click

from mlgitlab.cli import wiring
from mlgitlab.cli.main import Surroundings
from mlgitlab.cli.options import Options, json_option, shared_options
from mlgitlab.cli.planning.flow import Survey, survey, under
from mlgitlab.cli.planning.output import produce
from mlgitlab.config.fleet import Missing
from mlgitlab.errors import ExitCode, UsageError
from mlgitlab.planning.advice import advise
from mlgitlab.planning.narrow import narrow
from mlgitlab.planning.reach import starter_of

SCHEMA = "GitLab's schema"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Finding:
    """One remark of one checker; only errors make the exit code 3."""

    level: str
    source: str
    where: str
    what: str
    hint: str = ""


@click.command("lint")
@shared_options
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option(
    "--gitlab-url",
    envvar="CI_SERVER_URL",
    default="https://gitlab.com",
    show_default=True,
    help="The instance to ask, with a token. [env: CI_SERVER_URL]",
)
@click.option(
    "--project",
    envvar="CI_PROJECT_PATH",
    default="",
    help="The project to ask, such as group/name. [env: CI_PROJECT_PATH]",
)
@json_option
@click.pass_obj
def command(around: Surroundings, options: Options, strict: bool, gitlab_url: str, project: str, as_json: bool) -> int:
    """Check mlgitlab.yml and the pipelines it leads to.

    The whole pipeline of each profile is composed and held against GitLab's rules and GitLab's JSON
    schema. With a token in MLGITLAB_GITLAB_TOKEN (scope api) GitLab's CI Lint has the last word.
    """
    token = around.environ.get("MLGITLAB_GITLAB_TOKEN", "")
    found = survey(*wiring.start(around, replace(options, everything=True)))
    findings = [*_advice(found), *_gates(found)]
    for profile, content in _pipelines(found):
        findings += _by_schema(profile, content)
        if token:
            findings += _by_gitlab(gitlab_url, token, project, profile, content)
    findings += _by_runners(found, gitlab_url, token, project)
    findings = sorted(set(findings))
    click.echo(_as_json(findings) if as_json else "\n".join(_text(findings, asked_gitlab=bool(token))))
    failed = any(finding.level == "error" or strict for finding in findings)
    return ExitCode.NO if failed else ExitCode.YES


def _advice(found: Survey) -> Iterator[Finding]:
    project = found.project
    starters = {id_: starter_of(step) for id_, step in project.steps.items()}
    loading = found.webs.loading(project.scene, starters.values())
    loaded = {id_: loading.of(starter) for id_, starter in starters.items()}
    missing = {id_: each.missing for id_, each in loaded.items()}
    files = project.snapshot.entries().keys()
    # Whoever may load any file tells nothing about one.
    told = {id_: each.files for id_, each in loaded.items() if not each.opaque and loading.everything - {*each.files}}
    little = narrow(project.steps.values(), told, files, project.snapshot.read)
    advised = advise(project.config, project.declared, files, missing, little)
    for advice in (*advised, *project.remarks):
        where = project.parsed.origins.get(advice.key, project.parsed.origins.get(advice.key.rpartition(".")[0], ""))
        yield Finding(
            level="warning",
            source="mlgitlab",
            where=f"{where} {advice.key}".strip(),
            what=advice.what,
            hint=advice.hint,
        )


def _gates(found: Survey) -> Iterator[Finding]:
    """What in rules about files only those can tell who know the formats of models."""
    from mlgitlab.jobs.gate.artifact.judge import wrong  # noqa: PLC0415 (it loads the readers of all formats)

    for name, model in found.project.config.models.items():
        if model.gates:
            for below, what in wrong(model.gates.size, model.gates.format):
                key = f"models.{name}.gates.{below}"
                where = found.project.parsed.origins.get(key, "")
                yield Finding(level="error", source="mlgitlab", where=f"{where} {key}".strip(), what=what)


def _pipelines(found: Survey) -> Iterator[tuple[str, bytes]]:
    """Each profile's whole pipeline; raises ConfigError where GitLab would refuse it."""
    templates = wiring.job_templates(found)
    for name in _profiles(found):
        for file, content in produce(under(found, name), templates, "mlgitlab-child.yml").pipelines.items():
            yield f"profile {name}, {file}", content


def _profiles(found: Survey) -> Iterable[str]:
    asked = found.request.options.profile
    declared = map(str, found.project.config.profiles)
    return [asked] if asked else dict.fromkeys(["merge_request", "default_branch", *declared])


def _by_schema(where: str, content: bytes) -> Iterator[Finding]:
    try:
        for problem in wiring.schema_problems(content):
            yield Finding(level="error", source=SCHEMA, where=where, what=problem)
    except UsageError as error:
        yield Finding(level="note", source=SCHEMA, where="", what=f"not checked: {error.message}", hint=error.hint)


def _by_gitlab(url: str, token: str, project: str, where: str, content: bytes) -> Iterator[Finding]:
    if not project:
        raise UsageError("which project should GitLab lint for?", "pass --project group/name")
    answer = wiring.remote_lint(url, token, project, content.decode())
    for level, lines in (("error", answer.errors), ("warning", answer.warnings)):
        for line in lines:
            yield Finding(level=level, source="GitLab", where=where, what=line)


def _by_runners(found: Survey, url: str, token: str, project: str) -> Iterator[Finding]:
    """Each job of any profile that no runner would take, where the configuration wants to know."""
    policy = found.project.config.runners
    if policy is None:
        return
    from mlgitlab.cli.planning.fleet import Inquiry  # noqa: PLC0415 (only those who ask load it)

    level = "error" if policy.missing is Missing.FAIL else "warning"
    inquiry = Inquiry.by(policy, url, token, project, found.request.env.ref_protected)
    for name in _profiles(found):
        fleet = inquiry.about(step.spec for step in under(found, name).plan.selected)
        for note in fleet.notes:
            where = "" if fleet.unasked else f"profile {name}"
            yield Finding(level="note" if fleet.unasked else level, source="runners", where=where, what=note)


def _text(findings: list[Finding], *, asked_gitlab: bool) -> Iterator[str]:
    colors = {"error": "red", "warning": "yellow", "note": "cyan"}
    for finding in findings:
        where = f" {finding.where}:" if finding.where else ""
        hint = f" ({finding.hint})" if finding.hint else ""
        level = click.style(f"{finding.level}:", fg=colors[finding.level])
        yield f"{level} [{finding.source}]{where} {finding.what}{hint}"
    errors = sum(finding.level == "error" for finding in findings)
    warnings = sum(finding.level == "warning" for finding in findings)
    by_schema = not any(finding.source == SCHEMA and finding.level == "note" for finding in findings)
    asked = ["our rules", *(["GitLab's schema"] if by_schema else []), *(["GitLab's CI Lint"] if asked_gitlab else [])]
    yield f"{errors} errors, {warnings} warnings by {', '.join(asked)}"
    if not asked_gitlab:
        yield "GitLab itself was not asked: MLGITLAB_GITLAB_TOKEN is not set"


def _as_json(findings: list[Finding]) -> str:
    return json.dumps({"findings": [asdict(finding) for finding in findings]}, indent=2, ensure_ascii=False)
