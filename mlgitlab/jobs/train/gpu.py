"""What `nvidia-smi` prints, as values. Its tables are made for people; what is not understood is not reported."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

# The names of the GPUs, and those of the MIG devices on them; a container is shown its own alone.
NAMES = ("nvidia-smi", "-L")
# The table with the versions and the memory in use, whole GPUs and MIG devices alike.
TABLE = ("nvidia-smi",)
# Which process uses how much, in MiB.
PROCESSES = ("nvidia-smi", "--query-compute-apps=pid,used_gpu_memory", "--format=csv,noheader,nounits")
_GPU = re.compile(r"GPU \d+: (?P<name>.+?) \(UUID: [^)]*\)")
_MIG = re.compile(r"\s+MIG (?P<profile>\S+)\s+Device\s+\d+: \(UUID: [^)]*\)")
_DRIVER = re.compile(r"Driver Version: ([0-9][0-9.]*)")
_CUDA = re.compile(r"CUDA Version: ([0-9][0-9.]*)")
_USED = re.compile(r"(\d+)MiB\s*/\s*\d+MiB")
_MIG_TABLE = "MIG devices:"
_MIG_ROW = re.compile(r"\|\s*\d+\s+\d+\s+\d+\s+\d+\s*\|\s*(\d+)MiB\s*/")
_PROCESS_ROW = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*")
_MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpus:
    """The GPUs that a job sees: their names in order, the driver's version, and the newest CUDA that it supports."""

    names: tuple[str, ...] = ()
    driver: str = ""
    cuda: str = ""


def gpus(names: str, table: str) -> Gpus:
    """From the output of `NAMES` and `TABLE`. A GPU cut into MIG devices is named once for each of them."""
    found: list[str] = []
    whole = ""
    for line in names.splitlines():
        if gpu := _GPU.match(line):
            whole = gpu["name"]
            found.append(whole)
        elif mig := _MIG.match(line):
            if found and found[-1] == whole:
                found.pop()
            found.append(f"{whole} MIG {mig['profile']}")
    driver, cuda = _DRIVER.search(table), _CUDA.search(table)
    return Gpus(names=tuple(found), driver=driver[1] if driver else "", cuda=cuda[1] if cuda else "")


def used_bytes(table: str) -> int | None:
    """The memory in use on all devices together, by whatever process, from the output of `TABLE`; None if unsaid."""
    above, _, below = table.partition(_MIG_TABLE)
    rows = _MIG_ROW.findall(below)
    lines = above.splitlines()
    for line, next_line in zip(lines, [*lines[1:], ""], strict=False):
        # Of a GPU that is cut into MIG devices the devices count, which are listed below.
        if not (rows and "Enabled" in next_line):
            rows += _USED.findall(line)
    return sum(map(int, rows)) * _MIB if rows else None


def bytes_of(processes: Collection[int], listed: str) -> int | None:
    """What these processes use together, from the output of `PROCESSES`; None where none of them is listed.

    In a container with process numbers of its own `nvidia-smi` lists the host's, and none is found.
    """
    rows = (_PROCESS_ROW.fullmatch(line) for line in listed.splitlines())
    found = [int(row[2]) for row in rows if row and int(row[1]) in processes]
    return sum(found) * _MIB if found else None
