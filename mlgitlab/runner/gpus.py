"""The GPUs of a machine, from what `nvidia-smi` and `rocm-smi` print, or as a person names them."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.jobs.train import gpu as printed

# `mig.mode.current`: drivers from 450 on. https://docs.nvidia.com/deploy/nvidia-smi/
_FIELDS = ("index", "name", "uuid", "memory.total", "driver_version", "mig.mode.current")
QUERY = ("nvidia-smi", f"--query-gpu={','.join(_FIELDS)}", "--format=csv,nounits")
LIST = printed.NAMES
TABLE = printed.TABLE
# https://rocm.docs.amd.com/projects/rocm_smi_lib/: a JSON object with one object for each card.
ROCM = ("rocm-smi", "--showproductname", "--showmeminfo", "vram", "--json")
_MIG_LINE = re.compile(r"\s+MIG (?P<profile>\S+)\s+Device\s+\d+: \(UUID: (?P<uuid>[^)]*)\)")
_GPU_LINE = re.compile(r"GPU (?P<index>\d+): ")
_PROFILE_GIB = re.compile(r"\.(\d+)gb")
_MODEL = re.compile(r"(?:(?:GH|GB|[ABHLPTVK])\d{1,4}[A-Z]?|MI\d{2,4}[A-Z]?)(?=$|[-\s])")
_VENDOR_WORDS = frozenset(
    ["nvidia", "amd", "tesla", "geforce", "quadro", "radeon", "instinct", "generation", "graphics", "corporation"]
)
_NOT_IN_A_TYPE = re.compile(r"[^a-z0-9.-]")
_BY_HAND = re.compile(r"(?P<type>[A-Za-z0-9][A-Za-z0-9._-]*)(?::(?P<count>[1-9]\d{0,2}))?")
# What the makers print on the box, in GiB: a driver keeps some of it for itself.
_SOLD = (4, 5, 6, 8, 10, 11, 12, 16, 20, 24, 32, 40, 48, 64, 80, 94, 96, 128, 141, 180, 192, 256, 288)
_KEPT_BACK = 0.08


class Vendor(StrEnum):
    """Who made it."""

    NVIDIA = "nvidia"
    AMD = "amd"


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """One GPU, or one MIG device of one. memory: GiB as sold, 0 for unknown. uuid: as `nvidia-smi -L` shows it."""

    type: str
    name: str
    vendor: Vendor = Vendor.NVIDIA
    uuid: str = ""
    memory: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gpus:
    """All devices, in the machine's order; the driver's version, and the newest CUDA that the driver supports."""

    devices: tuple[Device, ...] = ()
    driver: str = ""
    cuda: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Devices of one type on one machine, as a runner offers them to a job: all, or those of `uuids`."""

    type: str
    count: int
    vendor: Vendor = Vendor.NVIDIA
    memory: int = 0
    uuids: tuple[str, ...] = ()


def nvidia(query: str, listed: str, table: str) -> Gpus:
    """From the outputs of `QUERY`, `LIST` and `TABLE`; no devices where nothing was printed.

    A GPU in MIG mode is none of the devices: its MIG devices are. One without any offers nothing to a job.
    """
    said = printed.gpus("", table)
    slices = _slices(listed)
    found: list[Device] = []
    driver = said.driver
    for row in _rows(query):
        driver = driver or row["driver_version"]
        name, kind = row["name"], model(row["name"])
        if row["mig.mode.current"] == "Enabled":
            for profile, uuid in slices.get(row["index"], ()):
                gib = _PROFILE_GIB.search(profile)
                found.append(
                    Device(
                        type=f"{kind}-mig-{profile}".lower().replace("+", "-"),
                        name=f"{name} MIG {profile}",
                        uuid=uuid,
                        memory=int(gib[1]) if gib else 0,
                    )
                )
        else:
            found.append(Device(type=kind, name=name, uuid=row["uuid"], memory=as_sold(_number(row["memory.total"]))))
    return Gpus(devices=tuple(found), driver=driver, cuda=said.cuda)


def amd(text: str) -> Gpus:
    """From the output of `ROCM`; no devices where there is none, or what is no JSON."""
    try:
        cards = json.loads(text)
    except ValueError:
        return Gpus()
    return Gpus(devices=tuple(_cards(cards))) if isinstance(cards, dict) else Gpus()


def by_hand(text: str) -> Kind:
    """`TYPE` or `TYPE:COUNT`, such as `a100:2`; UsageError for anything else."""
    found = _BY_HAND.fullmatch(text)
    if not found:
        raise UsageError(f"--gpu {quoted(text)} names no GPUs", "TYPE or TYPE:COUNT, such as a100 or a100:2")
    vendor = Vendor.AMD if found["type"].lower().startswith(("mi", "rx")) else Vendor.NVIDIA
    return Kind(type=found["type"].lower(), count=int(found["count"] or 1), vendor=vendor)


def kinds(gpus: Gpus) -> tuple[Kind, ...]:
    """The devices by type, sorted by it."""
    types = sorted({device.type for device in gpus.devices})
    return tuple(_kind([device for device in gpus.devices if device.type == each]) for each in types)


def model(name: str) -> str:
    """The short name of a GPU, such as `a100` for `NVIDIA A100-SXM4-80GB`: what `gpus` in mlgitlab.yml calls it."""
    inner = re.search(r"\[([^\]]+)\]\s*$", name)  # AMD: `Arcturus GL-XL [AMD Instinct MI100]`
    name = inner[1] if inner else name
    if found := _MODEL.search(name):
        return found[0].lower()
    words = (word for word in re.split(r"[\s/]+", name.lower()) if word not in _VENDOR_WORDS)
    return _NOT_IN_A_TYPE.sub("", "".join(words)).strip("-.") or "unknown"


def as_sold(mib: int) -> int:
    """The size in GiB by which people know a GPU of so many MiB: 24 for 23028."""
    gib = mib / 1024
    return next((size for size in _SOLD if gib <= size + 0.1 and size - gib <= size * _KEPT_BACK), round(gib))


def _rows(query: str) -> Iterator[Mapping[str, str]]:
    """The lines of a CSV with a header, by the fields' names; lines of another length are warnings of the driver."""
    lines = csv.reader(query.splitlines(), skipinitialspace=True)
    for fields in lines:
        if [field.split(" [")[0].strip() for field in fields] == list(_FIELDS):
            break
    for fields in lines:
        if len(fields) == len(_FIELDS):
            yield dict(zip(_FIELDS, (field.strip() for field in fields), strict=True))


def _slices(listed: str) -> Mapping[str, list[tuple[str, str]]]:
    """MIG profiles and UUIDs by the index of their GPU."""
    found: dict[str, list[tuple[str, str]]] = {}
    index = ""
    for line in listed.splitlines():
        if gpu := _GPU_LINE.match(line):
            index = gpu["index"]
        elif mig := _MIG_LINE.match(line):
            found.setdefault(index, []).append((mig["profile"], mig["uuid"]))
    return found


def _cards(cards: Mapping[str, object]) -> Iterator[Device]:
    for name in sorted(cards, key=lambda card: (len(card), card)):
        card = cards[name]
        if not name.startswith("card") or not isinstance(card, dict):
            continue
        facts = {str(key).lower(): str(value) for key, value in card.items()}
        series = facts.get("card series", "")
        memory = _number(facts.get("vram total memory (b)", "")) // (1024 * 1024)
        if series:
            yield Device(type=model(series), name=series, vendor=Vendor.AMD, memory=as_sold(memory))


def _kind(devices: list[Device]) -> Kind:
    first = devices[0]
    return Kind(
        type=first.type,
        count=len(devices),
        vendor=first.vendor,
        memory=min(device.memory for device in devices),
        uuids=tuple(device.uuid for device in devices if device.uuid),
    )


def _number(text: str) -> int:
    return int(text) if text.strip().isdecimal() else 0


def described(all_kinds: Iterable[Kind]) -> str:
    """Such as `2 a100 (80 GiB each)`, for a message."""
    return ", ".join(f"{kind.count} {kind.type}{_sized(kind)}" for kind in all_kinds)


def _sized(kind: Kind) -> str:
    each = " each" if kind.count > 1 else ""
    return f" ({kind.memory} GiB{each})" if kind.memory else ""
