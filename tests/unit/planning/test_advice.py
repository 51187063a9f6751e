"""What is allowed and probably not meant is pointed out, and nothing else."""

from __future__ import annotations

from mlgitlab.planning.advice import Advice, advise
from tests.projects import config, steps

ROOTED = """
    version: 1
    source_roots: [lib, libs/, ., "./python/a"]
    models:
      fraud: {paths: fraud, source_roots: [shraed], train: {command: python fraud/train.py, outputs: out}}
"""


def test_a_folder_of_the_module_path_that_is_not_there_is_named() -> None:
    files = ["fraud/train.py", "libs/a.py", "python/a/b.py", "shared/c.py"]
    hint = "a typo? what steps import from it is not seen"
    assert advise(config(ROOTED), steps(ROOTED), files, {}) == (
        Advice(key="models.fraud.source_roots", what="there is no folder 'shraed'", hint=hint),
        Advice(key="source_roots", what="there is no folder 'lib'", hint=hint),
    )
