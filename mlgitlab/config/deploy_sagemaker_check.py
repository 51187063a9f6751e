"""Endpoints of SageMaker that contradict themselves, or ask for what SageMaker refuses.

Limits: https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mlgitlab.config.deploy import DeployCriteria, Deployment, Strategy, TargetKind
from mlgitlab.config.deploy_sagemaker import SageMakerTarget
from mlgitlab.config.faults import Finding
from mlgitlab.config.wording import quoted

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[a-zA-Z_0-9+=,.@/-]+")
_IMAGE = re.compile(r"\S{1,255}")
_INSTANCE = re.compile(r"ml\.[a-z0-9-]+\.[a-z0-9]+")
_ALARM = re.compile(r"(?!\s*$).{1,255}")
_VARIABLE = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]{0,1023}")
_MOST_ALARMS = 10
_LONGEST_WAIT = 3600
# The first step, in percent: at least and at most.
_FIRST = {"canary": (1, 50), "linear": (10, 50), "rolling": (5, 50)}


def check(path: str, found: Deployment) -> Iterator[Finding]:
    """Everything wrong with a deployment to SageMaker."""
    if found.target is not TargetKind.SAGEMAKER or found.sagemaker is None:
        return
    yield from _forms(f"{path}.sagemaker", found.sagemaker)
    yield from _steps(path, found, found.sagemaker)
    if found.synthetic:
        what = "nobody reaches a candidate of SageMaker past the traffic"
        yield Finding(path=f"{path}.synthetic", what=what, hint="`strategy: shadow` tests it with copies of requests")
    if found.shadow and found.strategy is not Strategy.SHADOW:
        what = "a shadow is a deployment of its own here"
        yield Finding(path=f"{path}.shadow", what=what, hint="write `strategy: shadow`")
    yield from _judged(path, found, found.sagemaker)


def _judged(path: str, found: Deployment, settings: SageMakerTarget) -> Iterator[Finding]:
    if found.strategy is Strategy.SHADOW:
        known = DeployCriteria(min_requests=found.criteria.min_requests, error_rate=found.criteria.error_rate)
        if found.criteria != known:
            what = "of a shadow, CloudWatch counts requests and errors, and nothing of single requests"
            yield Finding(path=f"{path}.criteria", what=what, hint="judge by `error_rate` only")
        return
    if not settings.alarms:
        what = "without alarms nothing takes a bad model back"
        hint = "name CloudWatch alarms of the endpoint, such as on `Invocation5XXErrors` and `ModelLatency`"
        yield Finding(path=f"{path}.sagemaker", what=what, hint=hint, absent=(f"{path}.sagemaker.alarms",))
    if found.criteria != DeployCriteria():
        what = "SageMaker judges by its alarms, and by nothing else"
        yield Finding(path=f"{path}.criteria", what=what, hint="make them alarms, and take `criteria` away")
    if found.inconclusive == "hold":
        what = "SageMaker knows no third outcome"
        yield Finding(path=f"{path}.inconclusive", what=what, hint="write `inconclusive: rollback`")


def _steps(path: str, found: Deployment, settings: SageMakerTarget) -> Iterator[Finding]:
    if found.pause.seconds > _LONGEST_WAIT:
        yield Finding(path=f"{path}.pause", what=f"SageMaker waits at most an hour, and not {found.pause}")
    if found.strategy is not Strategy.CANARY:
        return
    steps = [step.value for step in found.steps]
    if not steps:
        what = "SageMaker has no steps of its own"
        yield Finding(path=path, what=what, hint="such as `steps: [10%, 100%]`", absent=(f"{path}.steps",))
        return
    least, most = _FIRST[settings.shift]
    first = steps[0]
    if not least <= first <= most or any(step != int(step) for step in steps):
        what = f"the first step of `{settings.shift}` is a whole number of percent from {least} to {most}"
        yield Finding(path=f"{path}.steps", what=what)
    elif settings.shift == "canary" and len(steps) != len(("first", "all")):
        hint = "write two, or `shift: linear`"
        yield Finding(path=f"{path}.steps", what="`canary` has two steps in SageMaker", hint=hint)
    elif settings.shift != "canary" and steps != [*(float(at) for at in range(int(first), 100, int(first))), 100.0]:
        yield Finding(path=f"{path}.steps", what=f"the steps of `{settings.shift}` are not equal, up to 100%")


def _forms(path: str, found: SageMakerTarget) -> Iterator[Finding]:
    for key, text, form in (
        ("endpoint", found.endpoint, _NAME),
        ("role", found.role, _ROLE),
        ("image", found.image, _IMAGE),
        ("instance_type", found.instance_type, _INSTANCE),
        *((f"alarms.{number}", name, _ALARM) for number, name in enumerate(found.alarms)),
        *((f"environment.{name}", name, _VARIABLE) for name in found.environment),
    ):
        if not form.fullmatch(text):
            yield Finding(path=f"{path}.{key}", what=f"SageMaker would not take {quoted(text)}")
    if len(found.alarms) > _MOST_ALARMS:
        yield Finding(path=f"{path}.alarms", what=f"SageMaker takes at most {_MOST_ALARMS} alarms")
    for key, number in (("instances", found.instances), ("gpus", found.gpus + 1)):
        if number < 1:
            yield Finding(path=f"{path}.{key}", what=f"{number} is too few")
