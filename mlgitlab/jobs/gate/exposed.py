"""A verdict's numbers as OpenMetrics text, for GitLab's metrics report: candidate, production, difference."""

from __future__ import annotations

from collections.abc import Mapping

from mlgitlab.jobs.gate.ruling import Outcome, Ruling
from mlgitlab.jobs.gate.verdict import Verdict
from mlgitlab.jobs.metrics.exposition import sample_name
from mlgitlab.jobs.metrics.openmetrics import legal_names, write
from mlgitlab.jobs.metrics.report import samples

# One number that a widget can show: what the verdict says.
VERDICT = "gate_verdict"
_SAID = {Outcome.PASS: 1.0, Outcome.INCONCLUSIVE: 0.5, Outcome.FAIL: 0.0}


def exposed(verdict: Verdict) -> bytes:
    """The text. `gate_verdict` is 1 for pass, 0.5 for inconclusive and 0 for fail."""
    own: dict[str, float] = {VERDICT: _SAID[verdict.outcome]}
    production: dict[str, float] = {}
    legal = legal_names(ruling.rule for ruling in verdict.rulings)
    for ruling in verdict.rulings:
        name = _name(ruling, legal)
        if ruling.candidate is not None and name not in own:
            own[name] = ruling.candidate
            if ruling.production is not None:
                production[name] = ruling.production
    return write(samples(own, production, {"model": verdict.model, "step": "gate"}))


def _name(ruling: Ruling, legal: Mapping[str, str]) -> str:
    labels = {"dataset": ruling.dataset, "slice": ruling.slice}
    return sample_name(f"gate_{legal[ruling.rule]}", {name: text for name, text in labels.items() if text})
