"""How long selection takes in synthetic monorepos, beside the least that it could cost, and whether it is right.

    python -m benchmarks.selection GENERATOR [--floor FLOOR] [--turbo TURBO] [--sizes SIZE ...] [--runs N] [--keep DIR]

GENERATOR writes a monorepo: `GENERATOR OUT --size SIZE`, with `OUT.manifest.json` beside it, which names the
models that each tagged commit affects. FLOOR does the same job for that layout alone, without configuration, options
or messages.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import yaml

import mlgitlab
from benchmarks.processes import Command, Timing, timed

SIZES = ("small", "medium", "large")
PROFILE = "bench"
DEEP = "bench-0003-lib-deep"  # a library that half the models load, four imports away
EMPTY = f"git diff --raw -z --no-renames {DEEP}^ {DEEP} > /dev/null && {sys.executable} -c pass"


def main(argv: Sequence[str]) -> int:
    """Print one table for each size, and what was selected rightly."""
    options = _options(argv)
    # As pip leaves it: with `PYTHONDONTWRITEBYTECODE` set, a checkout would be compiled anew in every run.
    compileall.compile_dir(Path(mlgitlab.__file__).parent, quiet=1)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="mlgitlab-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    warm: dict[str, Timing] = {}
    try:
        for size in options.sizes:
            repository = _generated(options.generator, folder, size, peers="")
            config = _config(repository)
            print(f"\n## {size}: {_described(repository)}\n", flush=True)
            commands = dict(_commands(repository, config, options.floor))
            if options.turbo:
                twin = _generated(options.generator, folder, size, peers="js")
                commands["turbo run build --affected --dry=json, JavaScript twin"] = _turbo(options.turbo, twin)
            timings = timed(commands, options.runs, {"NO_COLOR": "1", "TURBO_TELEMETRY_DISABLED": "1"})
            warm[size] = timings["mlgitlab generate, warm"]
            print("\n".join(_table(timings)), flush=True)
            print(f"\n{_correctness(repository, config)}", flush=True)
        if {"medium", "large"} <= warm.keys():
            wall, cpu = _ratio(warm["large"], warm["medium"])
            print(f"\nFrom medium to large the warm time grows {wall:.2f} times, its CPU time {cpu:.2f} times.")
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    return 0


def _options(argv: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks.selection", description="Time selection in synthetic monorepos.")
    parser.add_argument("generator", type=Path)
    parser.add_argument("--floor", type=Path)
    parser.add_argument("--turbo", type=Path, help="the executable of turbo 2")
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=SIZES)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="where the repositories are made, or lie from an earlier run")
    return parser.parse_args(argv)


def _generated(generator: Path, folder: Path, size: str, peers: str) -> Path:
    repository = folder.resolve() / (f"{size}-{peers}" if peers else size)
    if not repository.exists():
        more = ["--peers", peers] if peers else []
        words = [sys.executable, generator.resolve(), repository, "--size", size, *more]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
        subprocess.run(["git", "-C", repository, "checkout", "--quiet", "--detach", DEEP], check=True)
    return repository


def _config(repository: Path) -> Path:
    """What a team would write for this layout; beside the repository, so that its commits stay as they are."""
    names = sorted(path.name for path in (repository / "models").iterdir() if (path / "train.py").exists())
    models = {
        name: {
            "paths": [f"models/{name}/", f"!models/{name}/tests/"],
            "train": f"python -m models.{name}.train",
            "evaluate": f"python -m models.{name}.evaluate",
        }
        for name in names
    }
    schemas = {name: _schemas(repository, name) for name in names}
    for name, inputs in schemas.items():
        if inputs:
            models[name]["inputs"] = inputs
    written = {
        "version": 1,
        "ignore": ["docs/", "assets/", "notebooks/", "scripts/", "tests/", "*.md"],
        "defaults": {"image": "registry.example.com/ml/base:3.11", "inputs": ["requirements/base.lock"]},
        "models": models,
        # One pipeline, as the floor writes one: parts would be another comparison.
        "gitlab": {"max_jobs": 100_000, "max_yaml_bytes": 100_000_000, "max_archive_bytes": 100_000_000},
        "profiles": {PROFILE: {"description": "All steps, of what changed."}},
    }
    path = repository.with_suffix(".mlgitlab.yml")
    path.write_text(yaml.dump(written, sort_keys=False), encoding="utf-8")
    return path


def _schemas(repository: Path, model: str) -> list[str]:
    """The data schemas that the model's parameters name."""
    return yaml.safe_load((repository / "models" / model / "params.yaml").read_text(encoding="utf-8"))["data"][
        "schemas"
    ]


def _described(repository: Path) -> str:
    facts = json.loads(repository.with_suffix(".manifest.json").read_text(encoding="utf-8"))
    known = facts.get("sizes", facts)
    return ", ".join(f"{known[name]} {name}" for name in ("models", "libs", "files") if name in known)


def _commands(repository: Path, config: Path, floor: Path | None) -> Iterator[tuple[str, Command]]:
    yield "git diff, and Python that does nothing", Command(words=("sh", "-c", EMPTY), folder=repository)
    if floor:
        program = (sys.executable, str(floor.resolve()), str(repository))
        snapshot = repository.with_suffix(".snapshot")
        subprocess.run(
            [*program, "-", f"{DEEP}^", "--graph", "ast", "--write-snapshot", snapshot],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        commits = (f"{DEEP}^", DEEP)
        yield "floor, warm (its graph kept)", Command(words=(*program, *commits, "--snapshot", str(snapshot)))
        yield "floor, cold (git grep)", Command(words=(*program, *commits, "--graph", "grep"))
    cache = repository.with_suffix(".cache")
    ours = ("generate", f"--base={DEEP}^", f"--head={DEEP}", f"--cache={cache}", *_outputs(repository))
    yield "mlgitlab generate, warm", Command(words=_mlgitlab(repository, config, *ours))
    cold = repository.with_suffix(".cold-cache")
    words = [word.replace(str(cache), str(cold)) for word in _mlgitlab(repository, config, *ours)]
    yield "mlgitlab generate, cold", Command(words=words, before=lambda: shutil.rmtree(cold, ignore_errors=True))


def _mlgitlab(repository: Path, config: Path, command: str, *more: str) -> Sequence[str]:
    return (
        sys.executable,
        "-m",
        "mlgitlab",
        command,
        f"--repo={repository}",
        f"--config={config}",
        f"--profile={PROFILE}",
        *more,
    )


def _outputs(repository: Path) -> tuple[str, str]:
    return f"--output={repository.with_suffix('.child.yml')}", f"--plan={repository.with_suffix('.plan.json')}"


def _turbo(turbo: Path, twin: Path) -> Command:
    words = (str(turbo.resolve()), "run", "build", "--affected", "--dry=json")
    environ = f"TURBO_SCM_BASE={DEEP}^ TURBO_SCM_HEAD={DEEP}"
    return Command(words=("sh", "-c", f"{environ} {' '.join(words)}"), folder=twin)


def _table(timings: Mapping[str, Timing]) -> Iterator[str]:
    yield "| | wall, ms | CPU, ms | peak, MiB |"
    yield "| --- | ---: | ---: | ---: |"
    for name, timing in timings.items():
        yield f"| {name} | {timing.wall * 1000:.0f} | {timing.cpu * 1000:.0f} | {timing.peak / 2**20:.0f} |"
    for ours, floor in (("warm", "floor, warm (its graph kept)"), ("cold", "floor, cold (git grep)")):
        if floor in timings:
            ratio = _ratio(timings[f"mlgitlab generate, {ours}"], timings[floor])
            yield f"| {ours}: mlgitlab / floor | **{ratio[0]:.1f}** | **{ratio[1]:.1f}** | |"


def _ratio(one: Timing, other: Timing) -> tuple[float, float]:
    """By wall time, and by the time of all processors, which holds on a machine with other work, too."""
    return one.wall / other.wall, one.cpu / other.cpu


def _correctness(repository: Path, config: Path) -> str:
    """Compare what is selected for every tagged commit with the generator's own answer."""
    commits = json.loads(repository.with_suffix(".manifest.json").read_text(encoding="utf-8"))["commits"]
    missed = extra = exact = 0
    for commit in commits:
        tag = commit["tag"]
        cache = f"--cache={repository.with_suffix('.cache')}"
        asked = ("preview", "--json", f"--base={tag}^", f"--head={tag}", cache)
        done = subprocess.run(
            _mlgitlab(repository, config, *asked), check=True, capture_output=True, env={**os.environ, "NO_COLOR": "1"}
        )
        steps = json.loads(done.stdout)["steps"]
        found = {step["model"] for step in steps if step["selected"]}
        expected = set(commit["affected"])
        missed += len(expected - found)
        extra += len(found - expected)
        exact += found == expected
    return f"{exact} of {len(commits)} commits selected exactly; {missed} models missed, {extra} too many."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
