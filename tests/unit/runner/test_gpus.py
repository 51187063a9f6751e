"""GPUs from what tools print, and the tags that they lead to."""

from __future__ import annotations

from pathlib import Path

import pytest

from mlgitlab.errors import UsageError
from mlgitlab.runner.gpus import Gpus, Kind, Vendor, amd, as_sold, by_hand, described, kinds, model, nvidia
from mlgitlab.runner.tags import checked, tags

MACHINES = Path(__file__).parent / "machines"


def machine(name: str) -> Gpus:
    def said(file: str) -> str:
        path = MACHINES / name / file
        return path.read_text("utf-8") if path.exists() else ""

    return nvidia(said("query.csv"), said("list.txt"), said("table.txt"))


def test_several_equal_gpus_are_one_kind() -> None:
    gpus = machine("a100x2")
    assert (gpus.driver, gpus.cuda) == ("550.90.07", "12.4")
    (kind,) = kinds(gpus)
    assert (kind.type, kind.count, kind.memory) == ("a100", 2, 80)
    assert [uuid[:12] for uuid in kind.uuids] == ["GPU-11111111", "GPU-22222222"]
    assert tags(kind, gpus.cuda) == ("gpu", "gpu:a100", "gpu-count:2", "gpu-memory:80gb", "cuda:11", "cuda:12")
    assert described([kind]) == "2 a100 (80 GiB each)"


def test_a_gpu_that_is_cut_into_mig_devices_is_its_devices() -> None:
    small, large = kinds(machine("mig"))
    assert (small.type, small.count, small.memory) == ("a100-mig-1g.5gb", 1, 5)
    assert (large.type, large.count, large.memory) == ("a100-mig-3g.20gb", 2, 20)
    assert all(uuid.startswith("MIG-") for uuid in (*small.uuids, *large.uuids))
    assert "gpu:a100-mig-3g.20gb" in tags(large, "12.2")


def test_gpus_of_several_types_are_several_kinds() -> None:
    gpus = machine("mixed")
    assert [(kind.type, kind.count, kind.memory) for kind in kinds(gpus)] == [("a10g", 1, 24), ("t4", 2, 16)]
    assert tags(kinds(gpus)[0], gpus.cuda)[-3:] == ("cuda:11", "cuda:12", "cuda:13")


def test_amd_cards_are_read_from_json() -> None:
    (kind,) = kinds(amd((MACHINES / "amd" / "rocm.json").read_text("utf-8")))
    assert (kind.type, kind.count, kind.memory, kind.vendor) == ("mi300x", 2, 192, Vendor.AMD)
    assert tags(kind, "") == ("gpu", "gpu:mi300x", "gpu-count:2", "gpu-memory:192gb", "rocm")


@pytest.mark.parametrize("text", ["", "null", "[1]", "{", '{"card0": 3}', '{"card0": {}}', '{"system": {}}'])
def test_what_rocm_smi_does_not_say_is_no_gpu(text: str) -> None:
    assert amd(text) == Gpus()


def test_a_driver_that_does_not_answer_and_no_driver_are_no_gpus() -> None:
    assert machine("broken").devices == ()
    assert machine("nowhere") == Gpus()


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("NVIDIA A100-SXM4-80GB", "a100"),
        ("NVIDIA H100 80GB HBM3", "h100"),
        ("NVIDIA H200", "h200"),
        ("NVIDIA GH200 480GB", "gh200"),
        ("NVIDIA B200", "b200"),
        ("NVIDIA L40S", "l40s"),
        ("NVIDIA L4", "l4"),
        ("NVIDIA A10G", "a10g"),
        ("Tesla T4", "t4"),
        ("Tesla V100-SXM2-16GB", "v100"),
        ("NVIDIA RTX A6000", "a6000"),
        ("NVIDIA RTX 6000 Ada Generation", "rtx6000ada"),
        ("NVIDIA GeForce RTX 4090", "rtx4090"),
        ("NVIDIA GeForce GTX 1080 Ti", "gtx1080ti"),
        ("Arcturus GL-XL [AMD Instinct MI100]", "mi100"),
        ("AMD INSTINCT MI200 (MCM) OAM LC MBA HPE C2", "mi200"),
        ("Radeon RX 7900 XT", "rx7900xt"),
        ("\x1b[31m", "31m"),
        ("---", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_gpu_is_called_what_people_call_it(name: str, short: str) -> None:
    assert model(name) == short


@pytest.mark.parametrize(
    ("mib", "gib"),
    [
        (81920, 80), (81559, 80), (40960, 40), (40536, 40), (23028, 24), (24564, 24), (15360, 16), (15109, 16),
        (143771, 141), (95830, 94), (183359, 180), (11264, 11), (0, 0), (500000, 488),
    ],
)  # fmt: skip
def test_memory_is_named_as_it_is_sold(mib: int, gib: int) -> None:
    assert as_sold(mib) == gib


def test_gpus_can_be_named_by_hand() -> None:
    assert by_hand("A100:2") == Kind(type="a100", count=2)
    assert by_hand("mi300x").vendor is Vendor.AMD
    assert by_hand("a100-mig-1g.5gb:7").count == 7
    for wrong in ("", ":2", "a100:0", "a100:x", "a b", "a100:2:3", "-a"):
        with pytest.raises(UsageError):
            by_hand(wrong)


def test_tags_of_a_person_are_kept_in_order_and_once() -> None:
    assert checked(["gpu, big", "gpu", ""]) == ("gpu", "big")
    with pytest.raises(UsageError):
        checked(["a\nb"])
