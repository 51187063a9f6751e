"""What `nvidia-smi` printed on real machines, and what is understood of it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from mlgitlab.jobs.train.gpu import Gpus, bytes_of, gpus, used_bytes

MIB = 1024 * 1024
HEAD = """\
    +---------------------------------------------------------------------------------------+
    | NVIDIA-SMI 535.183.01             Driver Version: 535.183.01   CUDA Version: 12.2     |
    |-----------------------------------------+----------------------+----------------------+
    | GPU  Name                 Persistence-M | Bus-Id        Disp.A | Volatile Uncorr. ECC |
    | Fan  Temp   Perf          Pwr:Usage/Cap |         Memory-Usage | GPU-Util  Compute M. |
    |                                         |                      |               MIG M. |
    |=========================================+======================+======================|
"""
WHOLE = """\
    |   0  NVIDIA A30                     Off | 00000000:0B:00.0 Off |                    0 |
    | N/A   47C    P0              32W / 165W |   8321MiB / 24576MiB |      0%      Default |
    |                                         |                      |             Disabled |
    +-----------------------------------------+----------------------+----------------------+
"""
CUT = """\
    |   1  NVIDIA A30                     Off | 00000000:0C:00.0 Off |                   On |
    | N/A   47C    P0              32W / 165W |     50MiB / 24576MiB |     N/A      Default |
    |                                         |                      |              Enabled |
    +-----------------------------------------+----------------------+----------------------+
"""
MIG = """
    +---------------------------------------------------------------------------------------+
    | MIG devices:                                                                          |
    +------------------+--------------------------------+-----------+-----------------------+
    | GPU  GI  CI  MIG |                   Memory-Usage |        Vol|      Shared           |
    |      ID  ID  Dev |                     BAR1-Usage | SM     Unc| CE ENC DEC OFA JPG    |
    |                  |                                |        ECC|                       |
    |==================+================================+===========+=======================|
    |  1    2   0   0  |              25MiB / 11968MiB  | 28      0 |  2   0    2    0    0 |
    |                  |               0MiB / 16383MiB  |           |                       |
    +------------------+--------------------------------+-----------+-----------------------+
    |  1    3   0   1  |              12MiB /  5952MiB  | 14      0 |  1   0    1    0    0 |
    |                  |               0MiB /  8191MiB  |           |                       |
    +------------------+--------------------------------+-----------+-----------------------+
"""
LIST = """\
    GPU 0: NVIDIA A30 (UUID: GPU-0898a861-78ae-cdaf-4f1a-68992223505a)
    GPU 1: NVIDIA A30 (UUID: GPU-5d5ba0d6-d33d-2b2c-524d-9e3d8d2b8a77)
      MIG 2g.12gb     Device  0: (UUID: MIG-c6d4f1ef-42e4-5de3-91c7-45d71c87eb3f)
      MIG 1g.6gb      Device  1: (UUID: MIG-cba663e8-9bed-5b25-b243-5985ef7c9beb)
"""


def test_names_are_those_of_gpus_and_of_the_parts_they_are_cut_into() -> None:
    assert gpus(dedent(LIST), dedent(HEAD)) == Gpus(
        names=("NVIDIA A30", "NVIDIA A30 MIG 2g.12gb", "NVIDIA A30 MIG 1g.6gb"), driver="535.183.01", cuda="12.2"
    )


def test_without_the_tool_nothing_is_said() -> None:
    assert gpus("", "") == Gpus()
    assert used_bytes("") is None


@pytest.mark.parametrize(
    ("table", "mib"),
    [
        (HEAD + WHOLE, 8321),
        (HEAD + CUT + MIG, 25 + 12),
        (HEAD + WHOLE + CUT + MIG, 8321 + 25 + 12),
        (HEAD + CUT, 50),
    ],
    ids=["a whole GPU", "one cut into MIG devices", "both", "one cut, whose devices are not shown"],
)
def test_memory_is_that_of_all_devices_that_can_be_seen(table: str, mib: int) -> None:
    assert used_bytes(dedent(table)) == mib * MIB


def test_memory_that_may_not_be_seen_is_unknown() -> None:
    hidden = WHOLE.replace("  8321MiB / 24576MiB", "[Insufficient Perm.]")
    assert used_bytes(dedent(HEAD + hidden)) is None


def test_the_memory_of_processes_is_that_of_those_that_are_listed() -> None:
    listed = "1234, 512\n77, 100\n1235, [N/A]\n88 , 30\nNo running processes found\n"
    assert bytes_of({1234, 88, 5}, listed) == 542 * MIB
    assert bytes_of({5}, listed) is None
    assert bytes_of({1234}, "") is None
