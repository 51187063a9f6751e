"""Deployments to clusters and to SageMaker that cannot be meant so are refused before anybody relies on them."""

from __future__ import annotations

import pytest

from mlgitlab.config.parse import parse
from mlgitlab.errors import ConfigError

CLUSTER = "namespace: m, image: i, fetch_image: f"
NUMBERS = 'prometheus: {requests: "r{d=\\"$digest\\"}$range", errors: "e{d=\\"$digest\\"}$range"}'
RULES = "criteria: {error_rate: {at_most: 1%}}"
HALF = "strategy: canary, steps: [0.5%, 100%]"
AWS = "endpoint: fraud, role: 'arn:aws:iam::123456789012:role/x', image: i, instance_type: ml.g5.xlarge"
ALARMS = f"{AWS}, alarms: [a]"


def problems(deployment: str) -> str:
    text = f"version: 1\nmodels:\n  fraud:\n    train: x\n    deploy:\n      production: {{{deployment}}}\n"
    try:
        parse(text.encode(), "m.yml")
    except ConfigError as error:
        return error.message
    return ""


@pytest.mark.parametrize(
    "deployment",
    [
        f"target: kubernetes, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
        f"target: argo-rollouts, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
        f"target: flagger, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, router: nginx, {NUMBERS}}}",
        f"target: kserve, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
        f"target: kserve, strategy: replace, kubernetes: {{{CLUSTER}}}",
        f"target: sagemaker, strategy: canary, steps: [10%, 100%], sagemaker: {{{ALARMS}}}",
        f"target: sagemaker, strategy: canary, steps: [30%, 60%, 90%, 100%], sagemaker: {{{ALARMS}, shift: linear}}",
        f"target: sagemaker, strategy: shadow, {RULES}, sagemaker: {{{AWS}}}",
    ],
)
def test_what_can_be_done_is_accepted(deployment: str) -> None:
    assert problems(deployment) == ""


@pytest.mark.parametrize(
    ("deployment", "said"),
    [
        (f"target: kubernetes, {RULES}", "needs the section `kubernetes`"),
        (f"target: kubernetes, {RULES}, kubernetes: {{{CLUSTER}}}", "there are criteria, and no `prometheus`"),
        (f"target: kubernetes, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}", "cannot do `canary`"),
        (f"target: kserve, strategy: shadow, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}", "cannot do a shadow"),
        (
            f"target: kserve, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, kserve_version: '0.15', {NUMBERS}}}",
            "KServe has canaries in standard mode from 0.20 on",
        ),
        (
            f"target: flagger, strategy: canary, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
            "Flagger needs a `router`",
        ),
        (
            f"target: argo-rollouts, inconclusive: hold, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
            "what it cannot decide goes back",
        ),
        (f"target: argo-rollouts, {HALF}, {RULES}, kubernetes: {{{CLUSTER}, {NUMBERS}}}", "whole percents only"),
        (
            f"target: kubernetes, criteria: {{prediction: 0.2}}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
            "no such numbers of single requests",
        ),
        (
            f"target: kubernetes, criteria: {{latency_p95: {{at_most_ms: 9}}}}, kubernetes: {{{CLUSTER}, {NUMBERS}}}",
            "there are criteria about latency, and no query for it",
        ),
        (
            f"target: kubernetes, {RULES}, kubernetes: {{{CLUSTER}, prometheus: {{requests: '{{{{', errors: e}}}}",
            "`{{` and `}}` have a meaning of their own",
        ),
        (f"target: kserve, strategy: replace, kubernetes: {{{CLUSTER}, namespace: '-x'}}", "namespace"),
        (
            "target: kserve, strategy: replace, kubernetes: {namespace: '--x', image: i, fetch_image: f}",
            "Kubernetes would not take",
        ),
        (f"target: kserve, strategy: replace, kubernetes: {{{CLUSTER}, replicas: 0}}", "0 is not from 1"),
        (f"target: kserve, strategy: replace, kubernetes: {{{CLUSTER}, context: --token=x}}", "would not take"),
        (
            f"target: sagemaker, strategy: blue-green, sagemaker: {{{AWS}}}",
            "without alarms nothing takes",
        ),
        (f"target: sagemaker, {RULES}, sagemaker: {{{ALARMS}}}", "SageMaker judges by its alarms"),
        (f"target: sagemaker, strategy: canary, sagemaker: {{{ALARMS}}}", "SageMaker has no steps of its own"),
        (
            f"target: sagemaker, strategy: canary, steps: [60%, 100%], sagemaker: {{{ALARMS}}}",
            "a whole number of percent from 1 to 50",
        ),
        (
            f"target: sagemaker, strategy: canary, steps: [10%, 50%, 100%], sagemaker: {{{ALARMS}}}",
            "`canary` has two steps",
        ),
        (
            f"target: sagemaker, strategy: canary, steps: [10%, 50%, 100%], sagemaker: {{{ALARMS}, shift: linear}}",
            "are not equal",
        ),
        (f"target: sagemaker, pause: 2h, sagemaker: {{{ALARMS}}}", "waits at most an hour"),
        (
            f"target: sagemaker, strategy: shadow, criteria: {{latency_p95: {{max_ratio: 2}}}}, sagemaker: {{{AWS}}}",
            "judge by `error_rate` only",
        ),
        (f"target: sagemaker, sagemaker: {{{ALARMS}, endpoint: 'a b'}}", "endpoint"),
    ],
)
def test_what_cannot_be_meant_is_said(deployment: str, said: str) -> None:
    assert said in problems(deployment)
