"""`python -m scripts.mutations FOLDER`: edits of every file that models depend on; exit code 1 for a wrong answer."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from scripts.mutations.edits import generator
from scripts.mutations.trials import Laboratory


def main() -> int:
    """Print a line for each edit, and the diff of those that the command took for something else."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="a git repository; it is cloned, and stays as it is")
    parser.add_argument("--config", type=Path, help="the configuration; mlgitlab.yml of the repository without it")
    parser.add_argument("--rounds", type=int, default=1, help="how often each file is edited in both ways")
    parser.add_argument("--seed", type=int, default=0, help="of the first round; each further round counts on")
    parser.add_argument("--owners", nargs="*", default=[], help="look at the steps of these models and datasets only")
    parser.add_argument("--files", type=int, help="edit so many files only, at random")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        found = Laboratory(asked.folder.resolve(), Path(scratch), asked.config, asked.owners)
        files = found.files()
        wrong = count = 0
        for seed in range(asked.seed, asked.seed + asked.rounds):
            paths = sorted(generator(str(seed)).sample(sorted(files), min(asked.files or len(files), len(files))))
            for path in paths:
                for trial in found.tries(path, files[path], seed):
                    print(trial, flush=True)
                    count += 1
                    wrong += bool(trial.wrong)
    print(f"{count} edits of {len(files)} files, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
