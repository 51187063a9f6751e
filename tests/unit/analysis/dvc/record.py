"""Writes what the real DVC makes of `recorded/*` beside each project. Run by hand: `python record.py`, with DVC."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

RECORDED = Path(__file__).parent / "recorded"
ANSWER = "by_dvc.json"


def record(project: Path) -> dict[str, Any]:
    """Each file's stages as DVC resolves them (null where it refuses to), and what each would reproduce."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder, "project").resolve()
        shutil.copytree(project, root)
        (root / ANSWER).unlink(missing_ok=True)
        os.chdir(root)
        repo = import_module("dvc.repo").Repo.init(str(root), no_scm=True)
        files = {str(path.relative_to(root)): _file(repo, path, root) for path in sorted(root.rglob("dvc.yaml"))}
        targets = [f"{file}:{name}" for file, found in files.items() for name in found or ()]
        return {
            "dvc": import_module("dvc").__version__,
            "files": files,
            "reproduces": {target: _plan(repo, target) for target in targets},
        }


def _file(repo: Any, path: Path, root: Path) -> dict[str, Any] | None:
    try:
        dvcfile = import_module("dvc.dvcfile").load_file(repo, str(path))
        names = list(dvcfile.resolver.definitions)
    except Exception:  # noqa: BLE001 (DVC has many ways to refuse)
        return None
    found: dict[str, Any] = {}
    for name in names:
        try:
            definition = dvcfile.resolver.definitions[name]
            generated = getattr(definition, "get_generated_names", lambda only=name: [only])()
        except Exception:  # noqa: BLE001 (DVC has many ways to refuse)
            found[name] = None
            continue
        for one in generated:
            try:
                found[one] = _stage(dvcfile.stages[one], root)
            except Exception:  # noqa: BLE001 (DVC has many ways to refuse)
                found[one] = None
    return found


def _stage(stage: Any, root: Path) -> dict[str, Any]:
    is_params = [type(dep).__name__ == "ParamsDependency" for dep in stage.deps]
    deps = [_path(dep, root) for dep, skip in zip(stage.deps, is_params, strict=True) if not skip]
    outs = [(out, _path(out, root)) for out in stage.outs]
    return {
        "cmd": stage.cmd if isinstance(stage.cmd, list) else [line for line in stage.cmd.splitlines() if line.strip()],
        "wdir": _relative(stage.wdir, root),
        "deps": sorted(path for path in deps if _is_inside(path)),
        "external_deps": sorted(path for path in deps if not _is_inside(path)),
        "params": _params([dep for dep, take in zip(stage.deps, is_params, strict=True) if take], root),
        "outs": [
            f"{path} {'cached' if out.use_cache else 'in git'}"
            f"{' persist' if out.persist else ''}{' pushed' if out.use_cache and out.can_push else ''}"
            f" {'metrics' if out.metric else 'plots' if out.plot else 'outs'}"
            for out, path in outs
        ],
        "frozen": bool(stage.frozen),
        "always_changed": bool(stage.always_changed or stage.is_callback),
        "variables": {_relative(file, root): sorted(keys) for file, keys in sorted(stage.tracked_vars.items())},
    }


def _params(deps: list[Any], root: Path) -> dict[str, list[str]]:
    """DVC lists a file twice that is named in two ways; the whole of it counts where one of them says so."""
    found: dict[str, list[str]] = {}
    for dep in deps:
        path = _path(dep, root)
        is_whole = not dep.params or found.get(path) == []
        found[path] = [] if is_whole else sorted({*found.get(path, []), *dep.params})
    return found


def _plan(repo: Any, target: str) -> list[str] | None:
    reproduce = import_module("dvc.repo.reproduce")
    try:
        graph = reproduce.get_active_graph(repo.index.graph)
        planned = reproduce.plan_repro(graph, list(repo.stage.collect(target)))
    except Exception:  # noqa: BLE001 (DVC has many ways to refuse)
        return None
    return sorted(f"{stage.path_in_repo}:{stage.name}" for stage in planned)


def _path(out: Any, root: Path) -> str:
    return _relative(out.fs_path, root) if out.fs.protocol == "local" else out.def_path


def _relative(path: str, root: Path) -> str:
    relative = os.path.relpath(path, root) if str(path).startswith(str(root.parent)) else str(path)
    return "" if relative == "." else relative


def _is_inside(path: str) -> bool:
    return "://" not in path and not path.startswith(("/", ".."))


if __name__ == "__main__":
    here = Path.cwd()
    for one in sorted(RECORDED.iterdir()):
        answer = record(one)
        (one / ANSWER).write_text(json.dumps(answer, indent=1, sort_keys=True) + "\n")
    os.chdir(here)
