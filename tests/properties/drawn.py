"""Projects and changes for properties: every drawn configuration is a valid one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from mlgitlab.changes import GITLINK_MODE, Change, ChangeKind, ChangeSet
from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config
from mlgitlab.planning.baseline import Resolved, Rule
from mlgitlab.planning.derive import derive
from mlgitlab.planning.impact import assess
from mlgitlab.planning.plan import Plan, Question, make
from mlgitlab.planning.profiles import choose
from mlgitlab.planning.relevance import Relevance
from mlgitlab.planning.sides import Hit, Reached, Side
from mlgitlab.results import Reason
from tests import projects

FILE = "mlgitlab.yml"
PATHS = ["a", "a/x.py", "a/b/x.csv", "lib/x.py", "lib/y.py", "data/d0.csv", "data/d1", "data/d1.dvc", "new", "x.md"]
_PATTERNS = ["a", "/a/b", "*.py", "lib/**", "**/x.*", "data/*", "!a/b", "x.md"]
_DATASETS, _MODELS, _CHECKS = ["d0", "d1"], ["m0", "m1", "m2", "m3"], ["q0", "q1"]
_KINDS = ["quality", "data", "smoke", "train", "evaluate", "gate"]

_globs = st.lists(st.sampled_from(_PATTERNS), max_size=3, unique=True).filter(
    lambda found: not found or any(not pattern.startswith("!") for pattern in found)
)
_texts = st.sampled_from(
    ["make", "echo 'a: b' # c", "é $X %Y% ${Z}", "- x", "on", "08", "a\nb: c", "{{ x }}", '"', "*&!"]
)


def _step(**more: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    optional: dict[str, st.SearchStrategy[Any]] = {
        "inputs": _globs,
        "timeout": st.sampled_from(["5m", "1h 30m"]),
        "variables": st.dictionaries(st.sampled_from(["A", "B_2", "ON"]), _texts, max_size=2),
        **more,
    }
    return st.fixed_dictionaries({"command": _texts}, optional=optional)


_quality = _step(owns=_globs, blocks=st.booleans(), junit=st.just("junit.xml"))
_outputs = st.lists(st.sampled_from(["out", "out/*.bin"]), min_size=1, max_size=2, unique=True)
_gpu = st.sampled_from(["none", "a100", {"type": "t4", "count": 2}])


@st.composite
def _model(draw: st.DrawFn, teachers: Sequence[str], datasets: Sequence[str]) -> dict[str, Any]:
    some = st.lists(st.sampled_from(datasets), unique=True) if datasets else st.just([])
    kinds = draw(st.sampled_from([("train",), ("smoke",), ("smoke", "train")]))
    found: dict[str, Any] = {kind: draw(_step(outputs=_outputs, gpu=_gpu)) for kind in kinds}
    if draw(st.booleans()):
        found["evaluate"] = draw(_step(datasets=some, metrics=st.just("metrics.txt"), resource_group=st.just("bench")))
    found |= {"paths": draw(_globs), "datasets": draw(some), "gpu": draw(_gpu)}
    if teachers:
        found["models"] = draw(st.lists(st.sampled_from(teachers), unique=True))
    return found


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Any valid configuration with up to four models, two datasets and two checks."""
    datasets: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(_DATASETS), unique=True)):
        path = draw(st.sampled_from(["data/d0.csv", "data/d1", "s3://bucket/d"]))
        datasets[name] = {"path": path} | ({"validate": draw(_step(outputs=_outputs))} if draw(st.booleans()) else {})
    models: dict[str, Any] = {}
    for name in draw(st.lists(st.sampled_from(_MODELS), unique=True)):
        models[name] = draw(_model(list(models), list(datasets)))
    profile = {
        "steps": draw(st.lists(st.sampled_from(_KINDS), unique=True)),
        "select": draw(st.sampled_from(["changes", "changes", "all"])),
        "models": draw(st.lists(st.sampled_from(list(models)), max_size=1)) if models else [],
    }
    written = {
        "version": 1,
        "models": models,
        "datasets": datasets,
        "quality": draw(st.dictionaries(st.sampled_from(_CHECKS), _quality)),
        "ignore": draw(_globs),
        "unmatched": draw(st.sampled_from(["everything", "nothing"])),
        "profiles": {"merge_request": profile} if draw(st.booleans()) else {},
        "defaults": {"inputs": draw(_globs), "tags": ["cpu"], "retry": draw(st.integers(0, 2))},
    }
    return parse(json.dumps(written).encode(), FILE).config


changes = st.builds(
    Change,
    path=st.sampled_from(PATHS),
    kind=st.sampled_from(list(ChangeKind)),
    new_mode=st.sampled_from(["", "100644", GITLINK_MODE]),
)
change_lists = st.lists(changes, max_size=5, unique_by=lambda change: change.path)
kinds = st.sampled_from([PipelineKind.MERGE_REQUEST, PipelineKind.DEFAULT_BRANCH, PipelineKind.SCHEDULE])
_loaders = st.sampled_from(["m0:train", "m1:smoke", "m2:evaluate", "quality:q0"])
loaded = st.builds(
    lambda found, opaque: projects.reached(
        {path: (Hit.of_import(step=step, chain=(path, "a/x.py")),) for path, step in found.items()}, opaque
    ),
    st.dictionaries(st.sampled_from(PATHS), _loaders, max_size=2),
    st.frozensets(_loaders, max_size=1),
)


def planned(
    config: Config,
    base: Config,
    found: Sequence[Change],
    kind: PipelineKind,
    reached: Reached,
    *,
    backwards: bool = False,
) -> Plan:
    """The plan for changes between two configurations; `backwards` hands everything over in another order."""
    steps = derive(config)
    ids = list(steps)
    impact = assess(
        list(reversed(found)) if backwards else found,
        head=Side.of(config, steps.values(), reached, Relevance()),
        bases=[Side.of(base, derive(base).values(), reached, Relevance())],
        steps=reversed(ids) if backwards else ids,
        relevance=Relevance(),
        unmatched=config.unmatched,
        config_file=FILE,
    )
    direct: Mapping[str, tuple[Reason, ...]] = impact.reasons
    if backwards:
        direct = dict(reversed(list(direct.items())))
    env = CiEnvironment(kind=kind)
    return make(
        Question(
            kind=kind,
            baseline=Resolved(rule=Rule.MERGE_BASE, bases=("b" * 40,), head="a" * 40, why="for the test"),
            changes=ChangeSet(changes=tuple(sorted(found))),
            profile=choose(config, env),
            steps=steps,
            direct=direct,
            unmatched=impact.unmatched,
            ignored=impact.ignored,
        )
    )
