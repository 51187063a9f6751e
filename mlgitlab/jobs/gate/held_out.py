"""Whether the rows that a model is judged on are rows that it has not seen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mlgitlab import paths
from mlgitlab.jobs.gate.record import Kept
from mlgitlab.jobs.gate.ruling import Family, Outcome, Ruling

HELD_OUT = "data.held_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What a candidate was trained and tuned on, with the models that its training read.

    datasets: the names that the configuration and the provenance have; places: where each lay. digests: what git calls
    the data's files, or what they mean, as provenance has it: digest to path.
    """

    datasets: frozenset[str] = frozenset()
    places: Mapping[str, str] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, declared: Sequence[str], provenances: Sequence[Mapping[str, Any]]) -> Training:
        """From the configuration, and from the provenance of the model and of those that it learnt from."""
        places: dict[str, str] = {}
        found: dict[str, str] = {}
        for provenance in provenances:
            places |= _texts(provenance.get("datasets"))
            found |= {digest: path for path, digest in _texts(provenance.get("data")).items()}
        return cls(datasets=frozenset((*declared, *places)), places=places, digests=found)


def _texts(found: object) -> Mapping[str, str]:
    return {str(name): str(each) for name, each in found.items()} if isinstance(found, Mapping) else {}


def rule_on(kept: Kept, trained: Training, place: str, *, must_say: bool = False) -> Ruling:
    """The ruling on one evaluation set. place: where its data lies, empty where nobody says.

    must_say: whether the ids of the rows that were trained on must be known.
    """
    seen = tuple(_reasons(kept, trained, place))
    silent = must_say and not kept.seen
    known = bool(kept.seen or kept.dataset or kept.git)
    if seen:
        outcome, why = Outcome.FAIL, f"it is no held-out set: {'; '.join(seen)}"
    elif silent:
        outcome, why = (
            Outcome.INCONCLUSIVE,
            "the target branch says in which file the training rows are, this one does not",
        )
    elif known:
        outcome, why = Outcome.PASS, "no row of it is known to have been trained or tuned on"
    else:
        why = "nobody says which rows the model was trained on (predictions.trained_on), or which dataset these are"
        outcome = Outcome.INCONCLUSIVE
    return Ruling(
        rule=HELD_OUT,
        family=Family.DATA,
        outcome=outcome,
        why=why,
        limit="no row that the model was trained or tuned on",
        mandatory=silent or outcome is not Outcome.INCONCLUSIVE,
        dataset=kept.dataset,
        rows=kept.rows,
        notes=() if kept.seen else ("the ids of the rows that were trained on are not known",),
    )


def _reasons(kept: Kept, trained: Training, place: str) -> Iterator[str]:
    if kept.dataset and kept.dataset in trained.datasets:
        yield f"the training declares the dataset {kept.dataset}"
    elif place and place in trained.places.values():
        yield f"the training read {paths.show(place)}, under another name"
    for path, digest in sorted(kept.git.items()):
        if digest in trained.digests:
            yield f"{paths.printable(path)} is what the training read as {paths.printable(trained.digests[digest])}"
    shared = kept.seen.get("shared")
    if shared:
        some = kept.seen.get("some")
        named = ", ".join(map(str, some)) if isinstance(some, list | tuple) else ""
        yield f"{shared} of its {kept.rows} rows are among those that were trained on: {paths.printable(named)}"
