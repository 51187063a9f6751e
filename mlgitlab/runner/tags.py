"""The runner tags that say what GPUs a machine has.

GitLab gives a job to a runner that has all of the job's tags, letter for letter: there is no `at least`. So what a
driver can run beside the newest CUDA gets a tag of its own, and what a job may ask for is a tag, not a range.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.runner.gpus import Kind, Vendor

_OLDEST_CUDA = 11  # minor version compatibility, on which the tag of a major version relies, begins here
_LONGEST = 255  # characters that GitLab keeps of a tag's name


def tags(kind: Kind, cuda: str) -> tuple[str, ...]:
    """The tags for devices of one type, and the newest CUDA that the driver supports (empty for unknown).

    `gpu` and `gpu:TYPE` are what a GPU type of mlgitlab.yml means unless `gpus` says otherwise. A driver runs what
    older major versions of CUDA were built for, too: https://docs.nvidia.com/deploy/cuda-compatibility/.
    """
    found = ["gpu", f"gpu:{kind.type}", f"gpu-count:{kind.count}"]
    if kind.memory:
        found.append(f"gpu-memory:{kind.memory}gb")
    if kind.vendor is Vendor.AMD:
        found.append("rocm")
    elif major := re.match(r"(\d{1,3})\.", f"{cuda}."):
        found += [f"cuda:{each}" for each in range(min(_OLDEST_CUDA, int(major[1])), int(major[1]) + 1)]
    return tuple(found)


def checked(given: Iterable[str]) -> tuple[str, ...]:
    """The tags that a person names, each once, in order; a comma separates two of them."""
    found: dict[str, None] = {}
    for tag in (part.strip() for text in given for part in text.split(",")):
        if not tag:
            continue
        if len(tag) > _LONGEST or not tag.isprintable():
            raise UsageError(f"{quoted(tag)} cannot be a tag", f"printable, at most {_LONGEST} characters")
        found[tag] = None
    return tuple(found)
