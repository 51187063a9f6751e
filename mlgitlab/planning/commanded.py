"""Files that a command names in so many words: `--config conf/fraud.yaml`, `pip install -r requirements.txt`."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection, Iterator, Sequence

from mlgitlab import paths
from mlgitlab.config.scalars import Globs
from mlgitlab.config.schema import DEFAULT_CONFIG
from mlgitlab.planning.globs import compile_pattern
from mlgitlab.planning.steps import Rule
from mlgitlab.results import Cause

# A path below the working folder; not the end of a longer one, of an address, or of one that only the shell knows.
_FILE = re.compile(
    r"(?<![\w./$`*?~}-])(?:\./)?(\w[\w./-]*\.(?:cfg|conf|csv|env|gin|ini|jsonl?|jsonnet|npy|npz|parquet|pkl|toml|tsv|txt"
    r"|ya?ml))(?![\w./-])",
    re.ASCII,
)
_FOLDER = re.compile(r"(?<![\w-])cd[ \t]+([\w./-]+)", re.ASCII)


def named_by(key: str, lines: Sequence[str], rules: Sequence[Rule], products: Collection[str]) -> Iterator[Rule]:
    """The rule for what the lines name, less what the step makes, and what another rule of it speaks of.

    It makes no file known: what reads it besides, nobody says.
    """
    text = "\n".join(lines)
    folders = ("", *_FOLDER.findall(text))
    found = {posixpath.normpath(posixpath.join(folder, name)) for name in _FILE.findall(text) for folder in folders}
    made = [paths.normalise(product) for product in products]
    wanted = sorted(
        name
        for name in found - {DEFAULT_CONFIG}
        if not name.startswith(("..", "/")) and not any(paths.is_within(name, each) for each in made)
    )
    # Who has said which keys of a file count, or what of a folder does not, knows better.
    patterns = [compile_pattern(text) for rule in rules for text in rule.globs.include] if wanted else []
    wanted = [name for name in wanted if not any(pattern.matches(name) for pattern in patterns)]
    if wanted:
        yield Rule(cause=Cause.INPUTS, key=key, globs=Globs(tuple(f"/{name}" for name in wanted)), claims=False)
