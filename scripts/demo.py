"""`make demo`: what mlgitlab makes of four changes to three models, one of them run for real, and deployments by nginx.

Everything happens in ./demo-out, which the next run replaces.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import gitlab_ci_local
from scripts.deploy_story import play
from scripts.example_repository import ExampleRepository
from scripts.gitlab_ci_local import PROJECT
from tests import nginx_host
from tests.nginx_project import project

OUT = PROJECT / "demo-out"
# Only a folder with this file in it was made by us, and may be deleted.
MARKER = OUT / ".made-by-mlgitlab-demo"
MLGITLAB = str(Path(sys.executable).with_name("mlgitlab"))
# A release that has every keyword, so that the previews list none as missing.
GITLAB = "19.1"
COLOR = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
# A change in each branch: what it is, the file, the text in it, and what replaces that.
CHANGES = {
    "docs": ("a sentence in the README", "README.md", "# A repository", "# An example repository"),
    "params": ("a parameter of churn", "models/churn/params.yaml", "inverse_penalty: 1.0", "inverse_penalty: 0.5"),
    "data": ("the table that two models read", "data/transactions.csv", "\n4", "\n5"),
    "library": (
        "a function four imports below the training of fraud",
        "libs/features/numbers.py",
        "np.clip(values, low, high)",
        "np.clip(values, low, high).astype(float)",
    ),
}


def main() -> int:
    """Show the previews, then run a pipeline; 1 when a job of it failed."""
    if not fresh(OUT):
        print(f"{OUT} was not made by the demo; move it away and try again", file=sys.stderr)
        return 2
    repository = ExampleRepository("monorepo", OUT / "monorepo")
    for branch, (what, path, old, new) in CHANGES.items():
        repository.git("switch", "--quiet", "--create", branch, "main")
        repository.replace(path, old, new)
        repository.commit(f"Change {what}")
        heading(f"A merge request changes {what} ({path})")
        mlgitlab(repository, "preview", "--as", "merge_request", "--gitlab-version", GITLAB)
    repository.git("switch", "--quiet", "main")
    repository.git("merge", "--quiet", "--no-ff", "-m", "Merge library", "library")
    heading("The last one is merged: what the default branch does")
    mlgitlab(
        repository,
        "generate",
        "--as",
        "push",
        "--gitlab-version",
        GITLAB,
        "--output",
        "../child.yml",
        "--plan",
        "../plan.json",
    )
    failed = run(repository)
    return deploy() or failed


def deploy() -> int:
    """Deployments to a real nginx under load; 1 when a request failed."""
    heading("Deployments, while users send requests")
    if nginx_host.MISSING:
        print(f"Not shown: {nginx_host.MISSING}.")
        return 0
    (OUT / "deploy").mkdir()
    with project(OUT / "deploy") as made:
        told = play(made, 2, lambda line: print(paint(line, 2) if line.startswith("$") else f"  {line}", flush=True))
    heading("What the users saw")
    print(f"  {told.requests} requests in {told.seconds:.0f} s, {told.failed} failed")
    print(f"  {told.share:.1%} of {told.canary_users} users had the 5% canary, and {told.torn} had both models")
    return 1 if told.failed else 0


def run(repository: ExampleRepository) -> int:
    """The pipeline of the merged change, parent and child, with the shell of this machine."""
    heading("And now for real, with gitlab-ci-local")
    if missing := gitlab_ci_local.lacking():
        print(f"Not run: {missing}. Everything else is above, and the pipeline is in {relative(OUT / 'child.yml')}.")
        return 0
    found = gitlab_ci_local.run(repository.folder, repository.push(), show)
    heading("Result")
    print("\n".join(f"  {paint('passed', 32)}  {job}" for job in found.passed))
    print("\n".join(f"  {paint('FAILED', 31)}  {job}" for job in found.failed))
    for model in sorted((found.state / "artifacts").rglob("model.npz")):
        print(f"  a model was trained: {relative(model)}, {model.stat().st_size} bytes")
    if not found.succeeded and not found.failed:
        print("\n".join(found.output.splitlines()[-20:]))
    return 0 if found.succeeded else 1


def fresh(folder: Path) -> bool:
    """Make the folder anew; False, and nothing done, where somebody else made it."""
    if folder.exists() and any(folder.iterdir()):
        if not MARKER.exists():
            return False
        shutil.rmtree(folder)
    folder.mkdir(exist_ok=True)
    MARKER.write_text("The demo deletes this folder when it starts.\n", "utf-8")
    return True


def mlgitlab(repository: ExampleRepository, *argv: str) -> None:
    """Run the command line as a person would."""
    print(paint(f"$ mlgitlab {' '.join(argv)}", 2), flush=True)
    subprocess.run([MLGITLAB, *argv], cwd=repository.folder, check=True, stdin=subprocess.DEVNULL)


def show(line: str) -> None:
    """One line that a job of the child printed. What the generate job says is the same as above."""
    job, separator, said = line.strip().removeprefix("[mlgitlab-run] -> ").partition(" > ")
    if separator and not job.startswith("mlgitlab-generate"):
        print(f"  {paint(job, 36)}  {said}", flush=True)


def heading(text: str) -> None:
    """A line that separates the parts."""
    print(f"\n{paint(text, 1)}\n", flush=True)


def paint(text: str, code: int) -> str:
    """The text in a colour or weight, where colours are wanted."""
    return f"\x1b[{code}m{text}\x1b[0m" if COLOR else text


def relative(path: Path) -> Path:
    """The path as a person in the project's folder would type it."""
    return path.relative_to(PROJECT)


if __name__ == "__main__":
    sys.exit(main())
