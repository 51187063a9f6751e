"""From a pipeline to the bytes of its YAML: same pipeline, same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from mlgitlab import paths
from mlgitlab.pipeline.nouns import Job, Pipeline

_Dumper: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
# What every YAML reader, 1.1 or 1.2, takes for a text without quotes.
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:[-./:][A-Za-z0-9_]+)*")
_RETYPED = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"})


class _GitLabDumper(_Dumper):  # type: ignore[misc]  # the C or the Python class, alike to us
    """Quotes every text that another reader may take for a number, a date or a boolean."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    if "\n" in data:
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|")
    plain = _PLAIN.fullmatch(data) and data.lower() not in _RETYPED
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=None if plain else '"')


_GitLabDumper.add_representer(str, _text)


def emit(pipeline: Pipeline) -> bytes:
    """The pipeline as YAML, with its header and each job's reasons as comments."""
    blocks = [_comments(pipeline.header), _dump(pipeline.keywords), _dump({"stages": list(pipeline.stages)})]
    blocks += [_comments(job.because) + _dump({job.name: job.body}) for job in pipeline.jobs]
    return "\n".join(blocks).encode()


def _dump(data: Mapping[str, object]) -> str:
    text: str = yaml.dump(
        data, Dumper=_GitLabDumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )
    return text


def _comments(lines: tuple[str, ...]) -> str:
    return "".join(f"# {paths.printable(line)}\n" for line in lines)


def job_size(job: Job) -> int:
    """How many bytes the job takes in the YAML, its comments included."""
    return len((_comments(job.because) + _dump({job.name: job.body})).encode()) + 1
