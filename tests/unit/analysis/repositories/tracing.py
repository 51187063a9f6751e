"""Runs a command in a repository and names every file of it that Python opened."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

# Python imports it by itself in every process that the command starts.
_SITE = """
import os, site, sys
_repository, _log = os.environ["TRACED_REPOSITORY"] + "/", os.environ["TRACED_LOG"]
_file = os.open(_log, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
def _hook(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(args[0]))
        if path.startswith(_repository):
            os.write(_file, os.fsencode(path[len(_repository):]) + b"\\n")
sys.addaudithook(_hook)
site.addsitedir(os.environ["TRACED_SITE"])
"""
# What the tests need of Hydra: it looks for its folder beside the program, and imports what a file names.
_HYDRA = """
import functools, importlib, inspect, pathlib, re, sys
def _load(folder, name):
    found = {}
    for line in (folder / f"{name}.yaml").read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "- model":
            found.update(_load(folder / "model", value.strip()))
        elif value.strip():
            found[key.strip()] = value.strip()
    return found
def main(config_path=None, config_name=None, version_base=None):
    def decorate(function):
        here = pathlib.Path(inspect.getfile(function)).resolve().parent
        def run():
            config = _load(here / config_path, config_name)
            config.update(word.partition("=")[::2] for word in sys.argv[1:])
            return function(config)
        return run
    return decorate
class utils:
    @staticmethod
    def instantiate(config):
        module, _, name = config["_target_"].rpartition(".")
        return getattr(importlib.import_module(module), name)()
"""


def write(folder: Path, files: Mapping[str, str], links: Mapping[str, str]) -> None:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        if text.startswith("#!"):
            (folder / path).chmod(0o755)
    for path, target in links.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).symlink_to(target)


def opened_by(
    command: str,
    repository: Path,
    space: Path,
    installed: Mapping[str, str],
    points: str,
    libraries: Mapping[str, str],
    *,
    hydra: bool = False,
) -> set[str]:
    """Run the command by a shell; `installed` maps what an installation adds to the module path to nothing or a name.

    A renamed package is a link of that name in the place for installed packages; `points` is its entry_points.txt.
    """
    site, tools = space / "site", space / "tools"
    (site / "ours-1.dist-info").mkdir(parents=True)
    (site / "ours-1.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: ours\nVersion: 1\n")
    (site / "ours-1.dist-info" / "entry_points.txt").write_text(points)
    for root, name in installed.items():
        if name:
            (site / name).symlink_to(repository / root)
    plain = [str(repository / root) for root, name in installed.items() if not name]
    (site / "ours.pth").write_text("".join(f"{root}\n" for root in plain))
    for name, text in libraries.items():
        (site / name).write_text(text)
    if hydra:
        (site / "hydra").mkdir()
        (site / "hydra" / "__init__.py").write_text(_HYDRA)
    (space / "start").mkdir()
    (space / "start" / "sitecustomize.py").write_text(_SITE)
    _put_tools(tools, points)
    log = space / "log"
    environ = {
        "PATH": f"{tools}:{os.environ['PATH']}",
        "PYTHONPATH": str(space / "start"),
        "PYTHONDONTWRITEBYTECODE": "1",
        "TRACED_REPOSITORY": str(repository.resolve()),
        "TRACED_LOG": str(log),
        "TRACED_SITE": str(site),
        "START": str(space / "start"),
    }
    done = subprocess.run(
        ["bash", "-ec", command], check=False, cwd=repository, env=environ, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return set(log.read_text().splitlines()) if log.exists() else set()


def _put_tools(tools: Path, points: str) -> None:
    """`python`, and the commands that an installer would write for the entry points."""
    tools.mkdir()
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("there is no bash here")
    (tools / "python").write_text(f'#!{bash}\nexec "{sys.executable}" -s "$@"\n')
    (tools / "python").chmod(0o755)
    _, _, scripts = points.partition("[console_scripts]\n")
    for line in scripts.splitlines():
        name, equals, target = (part.strip() for part in line.partition("="))
        if not equals:
            break
        module, _, function = target.partition(":")
        code = f"from {module} import {function}; {function}()"
        (tools / name).write_text(f'#!{bash}\nexec "{sys.executable}" -s -P -c "{code}" "$@"\n')
        (tools / name).chmod(0o755)
