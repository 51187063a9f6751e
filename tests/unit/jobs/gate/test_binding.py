"""Which rules count: a change cannot switch off what judges it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from mlgitlab.config.gates import Gates
from mlgitlab.config.parse import parse
from mlgitlab.jobs.gate.binding import Bound, bind

RULES = """
    metrics:
      roc_auc: {margin: 0.01, at_least: 0.8, slices: [region]}
      log_loss: {at_most: 0.5, advisory: true}
    fairness:
      equal_opportunity: {groups: [sex], max_difference: 0.1}
    size: {max_bytes: 10MB}
    format: {allow: [safetensors, json]}
    inference: {command: serve, requests: r.jsonl, latency_p95: {max_ratio: 1.1}}
    held_out: [late]
"""
MODEL = """
version: 1
datasets: {late: late.csv, later: later.csv}
models:
  fraud:
    train: train
    evaluate:
      command: judge
      datasets: [late, later]
      predictions: {file: p.csv, score: p, groups: [region, sex]}
    gates:
"""


def gates(text: str = RULES) -> Gates:
    found = next(iter(parse((MODEL + text.replace("\n", "\n  ")).encode(), "mlgitlab.yml").config.models.values()))
    assert found.gates
    return found.gates


def bound(now: str, *then: str) -> Bound:
    return bind(gates(now), [gates(each) for each in then or (RULES,)])


def test_the_same_rules_bind_nobody_twice() -> None:
    assert bound(RULES) == Bound(rules=gates())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("margin: 0.01, ", "", "metrics.roc_auc was changed: margin 0.01 -> none"),
        ("margin: 0.01", "margin: 0.02", "metrics.roc_auc was changed: margin 0.01 -> 0.02"),
        ("at_least: 0.8", "at_least: 0.7", "metrics.roc_auc was changed: at_least 0.8 -> 0.7"),
        (", slices: [region]", "", "metrics.roc_auc was changed: slices [[region]] -> []"),
        ("slices: [region]", "slices: [region], advisory: true", "metrics.roc_auc was made advisory"),
        ("slices: [region]", "slices: [region], metric: brier", "metrics.roc_auc was changed: metric none -> brier"),
        ("max_bytes: 10MB", "max_bytes: 11MB", "size was changed: max_bytes 10MB -> 11MB"),
        ("[safetensors, json]", "[safetensors, json, pickle]", "format was changed: allow"),
        ("{allow: [safetensors, json]}", "{}", "format was changed: allow"),
        ("max_ratio: 1.1", "max_ratio: 2.0", "inference was changed: latency_p95 max_ratio 1.1 -> 2.0"),
        ("command: serve", "command: serve --fast", "inference was changed: command [serve] -> [serve --fast]"),
        ("max_difference: 0.1", "max_difference: 0.2", "fairness.equal_opportunity was changed"),
        ("held_out: [late]", "held_out: [later]", "metrics.roc_auc is judged with other held_out"),
        ("held_out: [late]", "held_out: [late]\n    statistics: {level: 0.5}", "is judged with other statistics"),
        ("held_out: [late]", "held_out: []", "metrics.roc_auc is judged with other held_out"),
        ("slices: [region]", "slices: [region], level: 0.5", "metrics.roc_auc was changed: level none -> 0.5"),
    ],
)
def test_what_asks_for_less_is_reported_and_the_old_rule_counts(old: str, new: str, told: str) -> None:
    assert old in RULES
    found = bound(RULES.replace(old, new))
    assert any(told in each for each in found.weakened), found.weakened
    assert found.then


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("margin: 0.01", "margin: 0.005"),
        ("at_least: 0.8", "at_least: 0.9"),
        ("slices: [region]", "slices: [region, sex]"),
        ("slices: [region]", "slices: [region], at_most: 0.99"),
        ("max_bytes: 10MB", "max_bytes: 9MB, max_files: 2"),
        ("[safetensors, json]", "[safetensors]"),
        ("max_ratio: 1.1", "max_ratio: 1.05"),
        ("held_out: [late]", "held_out: [late, later]"),
        ("held_out: [late]", "held_out: [late]\n    statistics: {level: 0.99}"),
        ("at_most: 0.5, advisory: true", "at_most: 0.9, advisory: true"),
        ("      log_loss: {at_most: 0.5, advisory: true}\n", ""),
    ],
)
def test_what_asks_for_as_much_or_was_only_advice_needs_no_old_rule(old: str, new: str) -> None:
    assert old in RULES
    found = bound(RULES.replace(old, new))
    assert (found.then, found.weakened) == ((), ())


def test_only_the_rules_that_were_weakened_are_taken_from_the_base() -> None:
    (then,) = bound(RULES.replace("margin: 0.01", "margin: 0.1")).then
    assert list(then.metrics) == ["roc_auc"]
    assert not then.fairness
    assert (then.size, then.format, then.inference) == (None, None, None)


def test_gates_that_were_taken_out_altogether_count() -> None:
    found = bind(None, [gates()])
    assert found.rules is None
    assert len(found.then) == 1
    assert "metrics.roc_auc was taken out" in found.weakened
    assert "metrics.log_loss" not in " ".join(found.weakened)


def test_of_several_bases_each_counts_once() -> None:
    weak = RULES.replace("margin: 0.01", "margin: 0.1")
    assert len(bound(weak, RULES, RULES).then) == 1
    assert len(bound(weak, RULES, RULES.replace("margin: 0.01", "margin: 0.02")).then) == 2


def test_a_base_without_gates_binds_nobody() -> None:
    assert bind(gates(), [None]) == Bound(rules=gates())


def test_no_single_condition_of_a_rule_can_be_dropped_unseen() -> None:
    """Whatever a rule asks for, leaving it out again must not look as strict."""
    strict = gates()
    for name, rule in strict.metrics.items():
        if rule.advisory:
            continue
        for field in ("margin", "at_least", "slices"):
            weak: dict[str, Any] = {field: () if field == "slices" else None}
            changed = replace(strict, metrics={**strict.metrics, name: replace(rule, **weak)})
            assert bind(changed, [strict]).weakened, field
