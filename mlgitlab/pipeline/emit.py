"""From a pipeline to the bytes of its YAML: same pipeline, same bytes."""

from __future__ import annotations

import re
from collections.abc import Mapping

import yaml

from mlgitlab import paths
from mlgitlab.errors import ConfigError, Problem
from mlgitlab.pipeline.block import block, is_plain
from mlgitlab.pipeline.nouns import Job, Pipeline

# Line ends that belong to the text. In a block they would run into what follows, and PyYAML ends the document there.
_OPEN_END = re.compile(r"(?:\A|[\n\x85\u2028\u2029])[\n\x85\u2028\u2029]\Z")
_Dumper: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _GitLabDumper(_Dumper):  # type: ignore[misc]  # the C or the Python class, alike to us
    """Quotes every text that another reader may take for a number, a date or a boolean."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002 (PyYAML's signature)
        return True


def _text(dumper: yaml.SafeDumper, data: str) -> yaml.ScalarNode:
    if "\n" in data and not _OPEN_END.search(data):
        return dumper.represent_scalar("tag:yaml.org,2002:str", data, style="|")
    return dumper.represent_scalar("tag:yaml.org,2002:str", data, style=None if is_plain(data) else '"')


_GitLabDumper.add_representer(str, _text)


def emit(pipeline: Pipeline) -> bytes:
    """The pipeline as YAML, with its header and each job's reasons as comments.

    Raises ConfigError for a job with a value that YAML cannot hold.
    """
    blocks = [_comments(pipeline.header), _dump(dict(pipeline.keywords)), _dump({"stages": list(pipeline.stages)})]
    return "\n".join((*blocks, *map(_job, pipeline.jobs))).encode()


def job_size(job: Job) -> int:
    """How many bytes the job takes in the YAML, its comments included."""
    return len(_job(job).encode()) + 1


def by_pyyaml(data: Mapping[str, object]) -> str:
    """The mapping as YAML, written by PyYAML."""
    text: str = yaml.dump(
        data, Dumper=_GitLabDumper, sort_keys=False, allow_unicode=True, width=10_000, default_flow_style=False
    )
    return text


def _job(job: Job) -> str:
    try:
        return _comments(job.because) + _dump({job.name: job.body})
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        what = f"YAML cannot hold one of its values: {' '.join(str(error).split())[:200]}"
        raise ConfigError((Problem(where=f"job {job.name}", what=what),), "see docs/templates.md") from None


def _dump(data: dict[str, object]) -> str:
    written = block(data)
    return by_pyyaml(data) if written is None else written


def _comments(lines: tuple[str, ...]) -> str:
    return "".join(f"# {paths.printable(line)}\n" for line in lines)
