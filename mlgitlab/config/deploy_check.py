"""Deployments that contradict themselves, or name what nginx or the shell would read as something else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.config import deploy_cluster_check, deploy_sagemaker_check
from mlgitlab.config.deploy import (
    IN_CLUSTER,
    CommandTarget,
    DeployCriteria,
    Deployment,
    ErrorCriterion,
    LatencyCriterion,
    NginxTarget,
    Strategy,
    TargetKind,
)
from mlgitlab.config.faults import Finding
from mlgitlab.config.schema import Config
from mlgitlab.config.wording import quoted

_LISTEN = re.compile(r"((?:[0-9]{1,3}\.){3}[0-9]{1,3}|\[[0-9a-fA-F:]+\]|\*):([0-9]{1,5})")
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_KEY = re.compile(r"address|(?:header [A-Za-z][A-Za-z0-9-]{0,63})|(?:(?:cookie|query) [A-Za-z_][A-Za-z0-9_]{0,63})")
_PATH = re.compile(r"/[A-Za-z0-9._~/-]*")
# What a path in nginx's configuration may hold: it stands in quotes there, and `$` would begin a variable.
_FOLDER = re.compile(r"[^\x00-\x1f\x7f\"'\\$;{}]+")
_UNIT = re.compile(r"[A-Za-z0-9_.:-]+@")
_PROGRAM = re.compile(r"[A-Za-z0-9._/+-]+")
_SECTIONS = {
    "nginx": frozenset({TargetKind.NGINX}),
    "command": frozenset({TargetKind.COMMAND}),
    "kubernetes": IN_CLUSTER,
    "sagemaker": frozenset({TargetKind.SAGEMAKER}),
}
_LAST_PORT = 65535
_SLOTS = 2


def check(config: Config) -> Iterator[Finding]:
    """Everything wrong with the deployments."""
    yield from _shared(config)
    for model, parts in config.models.items():
        for environment, deployment in parts.deploy.items():
            yield from _deployment(f"models.{model}.deploy.{environment}", deployment)


def _deployment(path: str, found: Deployment) -> Iterator[Finding]:
    yield from _sections(path, found)
    yield from _steps(path, found)
    yield from _criteria(f"{path}.criteria", found)
    yield from deploy_cluster_check.check(path, found)
    yield from deploy_sagemaker_check.check(path, found)
    if found.nginx:
        yield from _nginx(f"{path}.nginx", found.nginx)
    if found.command:
        yield from _command(f"{path}.command", found.command, found.criteria)
    if found.synthetic and (found.synthetic.requests.startswith("/") or ".." in found.synthetic.requests.split("/")):
        what = f"{quoted(found.synthetic.requests)} leads out of the repository"
        yield Finding(path=f"{path}.synthetic.requests", what=what, hint="write it relative to the repository's root")
    for key, least, number in (
        ("criteria.min_requests", 1, found.criteria.min_requests),
        ("synthetic.repeat", 1, found.synthetic.repeat if found.synthetic else 1),
        ("shadow.largest", 1, found.shadow.largest if found.shadow else 1),
        ("shadow.timeout_ms", 1, found.shadow.timeout_ms if found.shadow else 1),
        ("shadow.at_once", 1, found.shadow.at_once if found.shadow else 1),
    ):
        if number < least:
            yield Finding(path=f"{path}.{key}", what=f"{number} is less than {least}")


def _shared(config: Config) -> Iterator[Finding]:
    """Two deployments that share a folder would end each other's models."""
    owner: dict[str, str] = {}
    for model, parts in config.models.items():
        for environment, found in parts.deploy.items():
            path = f"models.{model}.deploy.{environment}.nginx.folder"
            first = owner.setdefault(found.nginx.folder, path) if found.nginx else path
            if first != path:
                hint = "give each a folder of its own, also on different hosts"
                yield Finding(path=path, what=f"`{first}` is the same folder", hint=hint)


def _sections(path: str, found: Deployment) -> Iterator[Finding]:
    """Each target has its own section, and no other."""
    for section, kinds in _SECTIONS.items():
        has, needs = getattr(found, section) is not None, found.target in kinds
        if has and not needs:
            yield Finding(path=f"{path}.{section}", what=f"the target is `{found.target}`, not `{section}`")
        if needs and not has:
            what = f"the target `{found.target}` needs the section `{section}`"
            yield Finding(path=path, what=what, absent=(f"{path}.{section}",))
    if found.target is TargetKind.POINTER and found.strategy is not Strategy.REPLACE:
        hint = "write `strategy: replace`; a pointer has no traffic to be judged by"
        yield Finding(path=f"{path}.strategy", what=f"the target `pointer` cannot do `{found.strategy}`", hint=hint)
    if found.target is TargetKind.POINTER and (found.shadow or found.synthetic):
        yield Finding(path=path, what="the target `pointer` can be asked nothing", hint="take the tests away")


def _steps(path: str, found: Deployment) -> Iterator[Finding]:
    steps = [step.value for step in found.steps]
    if steps and found.strategy is not Strategy.CANARY:
        yield Finding(path=f"{path}.steps", what=f"`{found.strategy}` has no steps", hint="write `strategy: canary`")
    elif steps and (steps != sorted(set(steps)) or steps[-1] != 100):
        yield Finding(path=f"{path}.steps", what="the steps do not rise to 100%", hint="such as [5%, 25%, 100%]")
    if found.patience and found.patience < found.pause:
        yield Finding(path=f"{path}.patience", what=f"{found.patience} is shorter than `pause`, {found.pause}")


def _criteria(path: str, found: Deployment) -> Iterator[Finding]:
    criteria = found.criteria
    rules = (criteria.error_rate, criteria.latency_p50, criteria.latency_p95, criteria.latency_p99)
    by_alarms = found.target is TargetKind.SAGEMAKER and found.strategy is not Strategy.SHADOW
    if found.strategy is Strategy.REPLACE or by_alarms:
        return
    if not any((*rules, criteria.prediction, criteria.values, criteria.agreement)):
        hint = "say in advance what counts as success, such as `error_rate: {at_most: 1%}`"
        yield Finding(path=path, what="there is no criterion: nothing could ever fail", hint=hint, absent=(path,))
    if criteria.agreement and not (found.shadow or found.strategy is Strategy.SHADOW):
        yield Finding(path=f"{path}.agreement", what="only a shadow answers the same requests", hint="add `shadow`")
    named = zip(("error_rate", "latency_p50", "latency_p95", "latency_p99"), rules, strict=True)
    for name, rule in (*named, ("synthetic.latency_p95", found.synthetic.latency_p95 if found.synthetic else None)):
        yield from _rule(f"{path}.{name}".replace("criteria.synthetic", "synthetic"), rule)
    for name, value in criteria.values.items():
        if value.min_ratio is None and value.max_ratio is None:
            yield Finding(path=f"{path}.values.{name}", what="neither `min_ratio` nor `max_ratio` is given")
    told = found.nginx or found.command
    if (criteria.prediction or criteria.agreement) and told and told.prediction is None:
        what = "the criteria are about predictions, and nothing says where they are"
        yield Finding(path=f"{path}.prediction", what=what, hint=f"name the header in `{found.target}.prediction`")
    if found.nginx and (missing := sorted(criteria.values.keys() - found.nginx.values.keys())):
        what = f"nothing says where {', '.join(missing)} can be found"
        yield Finding(path=f"{path}.values", what=what, hint="name the headers in `nginx.values`")


def _rule(path: str, rule: ErrorCriterion | LatencyCriterion | None) -> Iterator[Finding]:
    if rule is None:
        return
    limit = rule.at_most if isinstance(rule, ErrorCriterion) else rule.at_most_ms
    if rule.max_ratio is None and limit is None:
        yield Finding(path=path, what="neither a ratio nor a limit is given")
    if rule.max_ratio is not None and rule.max_ratio < 1:
        what = f"a ratio of at most {rule.max_ratio:g} asks of the candidate to be better"
        yield Finding(
            path=f"{path}.max_ratio", what=what, hint="1 means as good as the current model, 1.1 a tenth worse"
        )


def _nginx(path: str, found: NginxTarget) -> Iterator[Finding]:
    if bool(found.serve) == bool(found.unit):
        yield Finding(path=path, what="a model is started by either `serve` or `unit`")
    if found.unit and not _UNIT.fullmatch(found.unit):
        yield Finding(path=f"{path}.unit", what=f"{quoted(found.unit)} is no unit with instances, such as `fraud@`")
    listen = _LISTEN.fullmatch(found.listen)
    if not listen or not 0 < int(listen[2]) <= _LAST_PORT:
        yield Finding(path=f"{path}.listen", what=f"{quoted(found.listen)} is no address and port")
    ports = found.ports
    if len(ports) != _SLOTS or len(set(ports)) != _SLOTS or not all(0 < port <= _LAST_PORT for port in ports):
        yield Finding(path=f"{path}.ports", what="two different ports are needed, for the blue and the green slot")
    for key, text, form in (
        ("folder", found.folder, _FOLDER),
        ("health", found.health, _PATH),
        ("key", found.key, _KEY),
        ("version", found.version, _HEADER),
        ("prediction", found.prediction, _HEADER),
        ("program", found.program, _PROGRAM),
        *((f"values.{name}", header, _HEADER) for name, header in found.values.items()),
    ):
        if text is not None and not form.fullmatch(text):
            yield Finding(path=f"{path}.{key}", what=f"{quoted(text)} cannot stand in nginx's configuration")
    for key, number in (("largest", found.largest), ("connections", found.connections)):
        if number < 1:
            yield Finding(path=f"{path}.{key}", what=f"{number} is less than 1")


def _command(path: str, found: CommandTarget, criteria: DeployCriteria) -> Iterator[Finding]:
    judged = criteria != DeployCriteria()
    if judged and not found.observe:
        hint = "without it, nothing can be judged"
        yield Finding(path=path, what="there are criteria, and no `observe`", hint=hint, absent=(f"{path}.observe",))
    for key, text in (("version", found.version), ("prediction", found.prediction)):
        if text is not None and not _HEADER.fullmatch(text):
            yield Finding(path=f"{path}.{key}", what=f"{quoted(text)} is no header's name")
