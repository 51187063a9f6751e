"""Every kind of file whose meaning is known, in the order in which they are asked: the special before the general."""

from __future__ import annotations

from mlgitlab.analysis.meaning import (
    conda_environment,
    conda_lock,
    dockerfile,
    dvc_files,
    json_file,
    makefile,
    notebook,
    pdm_lock,
    pipfile_lock,
    poetry_lock,
    pylock,
    pyproject,
    python,
    requirements_txt,
    shell,
    toml_file,
    uv_lock,
    yaml_file,
)
from mlgitlab.analysis.meaning.values import Kind

KINDS: tuple[Kind, ...] = (
    python.KIND,
    notebook.KIND,
    shell.KIND,
    makefile.KIND,
    dockerfile.KIND,
    dvc_files.PIPELINE,
    dvc_files.LOCK,
    dvc_files.POINTER,
    requirements_txt.KIND,
    uv_lock.KIND,
    poetry_lock.KIND,
    pdm_lock.KIND,
    pylock.KIND,
    pipfile_lock.KIND,
    conda_lock.KIND,
    conda_lock.EXPLICIT_KIND,
    conda_environment.KIND,
    pyproject.KIND,
    yaml_file.KIND,
    json_file.KIND,
    toml_file.KIND,
)


def kind_of(path: str) -> Kind | None:
    """The kind of a file by its path; None for one that is compared by bytes."""
    return next((kind for kind in KINDS if kind.matches(path)), None)
