"""Projects for tests: a configuration as text, and the planning values that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from textwrap import dedent

from mlgitlab.changes import Change, ChangeKind, ChangeSet
from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config
from mlgitlab.planning.baseline import Resolved, Rule
from mlgitlab.planning.derive import derive
from mlgitlab.planning.impact import Impact, assess
from mlgitlab.planning.plan import Plan, Question, make
from mlgitlab.planning.profiles import choose
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.sides import Hit, Reached, Side
from mlgitlab.planning.steps import StepSpec

FILE = "mlgitlab.yml"
MODELS = """
    version: 1
    models:
      fraud:
        paths: models/fraud
        datasets: transactions
        train: {command: python models/fraud/train.py, outputs: out/fraud}
        smoke: {command: python models/fraud/train.py --smoke, outputs: out/fraud}
        evaluate: python models/fraud/evaluate.py
      churn:
        paths: models/churn
        train: {command: python models/churn/train.py, outputs: out/churn}
      student:
        paths: models/student
        models: fraud
        train: {command: python models/student/train.py, outputs: out/student}
        smoke: python models/student/train.py --smoke
    datasets:
      transactions:
        path: data/transactions.csv
        schema: schemas/transactions.yml
        validate: python check.py
    quality:
      lint: {command: ruff check ., inputs: "*.py"}
      tests: {command: pytest, owns: tests, inputs: tests}
    ignore: ["*.md"]
"""


def config(text: str = MODELS) -> Config:
    """Parse a configuration, indented as it may be."""
    return parse(dedent(text).encode(), FILE).config


def steps(text: str = MODELS) -> Mapping[str, StepSpec]:
    """Derive the steps of a configuration."""
    return derive(config(text))


def modified(*paths: str) -> tuple[Change, ...]:
    """Files that existed before and after."""
    return tuple(Change(path=path, kind=ChangeKind.MODIFIED) for path in paths)


def reached(hits: Mapping[str, tuple[Hit, ...]], opaque: Iterable[str] = ()) -> Reached:
    """What entry points load, where all that they load counts."""
    known = frozenset(path for path, found in hits.items() if any(hit.claims for hit in found))
    return Reached(imports=hits, known=known, opaque=frozenset(opaque))


def side(text: str = MODELS, imports: Mapping[str, tuple[Hit, ...]] | None = None, opaque: Iterable[str] = ()) -> Side:
    """One side of a comparison."""
    return Side.of(config(text), steps(text).values(), reached(imports or {}, opaque), Relevance())


def impact(
    *changes: Change,
    text: str = MODELS,
    base: str = "",
    imports: Mapping[str, tuple[Hit, ...]] | None = None,
    opaque: Iterable[str] = (),
) -> Impact:
    """Assess changes of a project whose base may have had another configuration."""
    return assess(
        changes,
        head=side(text, imports, opaque),
        bases=[side(base)] if base else [],
        steps=steps(text),
        relevance=Relevance(),
        unmatched=config(text).unmatched,
        config_file=FILE,
    )


def plan(
    *changes: Change, text: str = MODELS, kind: str = "merge_request", everything: str = "", profile: str = ""
) -> Plan:
    """Plan the pipeline of a kind for some changes."""
    found = impact(*changes, text=text)
    env = CiEnvironment(kind=PipelineKind(kind))
    return make(
        Question(
            kind=env.kind,
            baseline=Resolved(rule=Rule.MERGE_BASE, bases=("b" * 40,), head="a" * 40, why="for the test"),
            changes=ChangeSet(changes=tuple(sorted(changes))),
            profile=choose(config(text), env, profile),
            steps=steps(text),
            direct=found.reasons,
            unmatched=found.unmatched,
            ignored=found.ignored,
            everything=everything,
        )
    )


def selected(found: Plan) -> list[str]:
    """Ids of the steps that run, in order."""
    return [step.spec.id for step in found.selected]
