"""How long a pipeline takes to compose, check and emit, against PyYAML's C dumper with the same data."""

from __future__ import annotations

import json
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable, Sequence

import yaml

from mlgitlab.adapters.plain_templates import PlainJobTemplates
from mlgitlab.adapters.template_files import shipped_folder
from mlgitlab.changes import ChangeSet
from mlgitlab.ci import CiEnvironment, PipelineKind
from mlgitlab.config.parse import parse
from mlgitlab.config.schema import Config, GitLab
from mlgitlab.pipeline.check import check
from mlgitlab.pipeline.compose import Composer
from mlgitlab.pipeline.emit import emit
from mlgitlab.pipeline.instance import Instance
from mlgitlab.planning.baseline import Resolved, Rule
from mlgitlab.planning.derive import derive
from mlgitlab.planning.plan import Plan, Question, make
from mlgitlab.planning.profiles import choose

JOBS = (500, 5000)
RUNS = 7


def project(jobs: int) -> Config:
    """Ten datasets with a check, and models that train and evaluate, with what real jobs carry."""
    datasets = {
        f"table_{number}": {"path": f"data/table_{number}.parquet", "validate": f"python -m checks.table_{number}"}
        for number in range(10)
    }
    models = {
        f"model_{number:04}": {
            "paths": f"models/model_{number:04}",
            "datasets": [f"table_{number % 10}"],
            "variables": {"MODEL_SEED": str(number), "TRACKING_URI": "https://mlflow.example.com"},
            "train": {
                "command": [f"python -m models.model_{number:04}.train --epochs 20", 'echo "trained: $CI_JOB_ID"'],
                "outputs": [f"out/model_{number:04}/model.bin"],
                "gpu": ["none", "a100"][number % 2],
            },
            "evaluate": {"command": f"python -m models.model_{number:04}.evaluate", "metrics": "metrics.txt"},
        }
        for number in range((jobs - len(datasets)) // 2)
    }
    written = {
        "version": 1,
        "defaults": {
            "image": "registry.example.com/ml/base:3.11",
            "before_script": ["pip install -r requirements.txt"],
            "cache": {"key_files": "uv.lock", "paths": ".cache/uv"},
        },
        "store": {"url": "s3://models", "id_token": {"aud": "https://gitlab.example.com"}},
        "datasets": datasets,
        "models": models,
    }
    return parse(json.dumps(written).encode(), "mlgitlab.yml").config


def scheduled(config: Config) -> Plan:
    """The plan of a schedule: every step runs."""
    env = CiEnvironment(kind=PipelineKind.SCHEDULE)
    return make(
        Question(
            kind=env.kind,
            baseline=Resolved(rule=Rule.MERGE_BASE, bases=("b" * 40,), head="a" * 40, why="for the benchmark"),
            changes=ChangeSet(changes=()),
            profile=choose(config, env),
            steps=derive(config),
            direct={},
        )
    )


def produced(config: Config, plan: Plan) -> bytes:
    """What is measured: from the plan to the bytes of the child pipeline, checked."""
    instance = Instance.of(GitLab(max_jobs=100_000))
    templates = PlainJobTemplates({}, shipped_folder())
    pipeline = Composer(config=config, instance=instance, templates=templates).compose(plan, ("a header",))
    check(pipeline, instance)
    return emit(pipeline)


def dumped(data: object) -> str:
    """What it is measured against: the same data, with the options that our YAML is written with."""
    return yaml.dump(
        data, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )


def _milliseconds(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _peak(work: Callable[[], object]) -> int:
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def row(jobs: int) -> str:
    """One line of the table; both sides are timed in turn, so that a busy machine slows both."""
    config = project(jobs)
    plan = scheduled(config)
    data = yaml.load(produced(config, plan), yaml.CSafeLoader)
    times = [(_milliseconds(lambda: dumped(data)), _milliseconds(lambda: produced(config, plan))) for _ in range(RUNS)]
    dumper, ours = (statistics.median(column) for column in zip(*times, strict=True))
    peak = _peak(lambda: produced(config, plan))
    return f"| {len(plan.selected)} | {dumper:.0f} | {ours:.0f} | {ours / dumper:.2f} | {peak / 2**20:.1f} MiB |"


def main(argv: Sequence[str]) -> int:
    """Print the table, for the numbers of jobs given or the usual ones."""
    print("| Jobs | C dumper alone, ms | compose + check + emit, ms | ratio | peak memory |")
    print("| ---: | ---: | ---: | ---: | ---: |")
    for jobs in map(int, argv) if argv else JOBS:
        print(row(jobs), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
