"""PyTorch's archives, joblib's files and NumPy's: what they hold is counted, and what is hidden in them is found."""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Mapping
from pathlib import Path

import joblib
import numpy as np
import pytest

from mlgitlab.config.gates_artifact import PickleRules
from mlgitlab.jobs.formats.described import Described
from mlgitlab.jobs.formats.describing import describe
from mlgitlab.jobs.gate.artifact.imports import refused
from tests.unit.jobs.gate.artifact.models import state_dict, text, torch_old, torch_zip

EVIL = b"cos\nsystem\n(S'id'\ntR."


def described(content: bytes, name: str) -> Described:
    return describe(name, len(content), lambda start, count: content[start : start + count])


def harmless(found: Described) -> bool:
    return not found.fault and not found.unfollowed and not refused(found.names, PickleRules(allow=("torch", "joblib")))


def values(found: Described) -> Mapping[str, int]:
    return {kind: tally.values for kind, tally in found.tensors.items()}


NET = state_dict(w=("FloatStorage", "0", (4, 3)), b=("HalfStorage", "1", (3,)), n=("LongStorage", "2", ()))
STORAGES = {"0": bytes(48), "1": bytes(6), "2": bytes(8)}


def test_an_archive_of_pytorch_is_read_without_its_weights() -> None:
    content = torch_zip(NET, STORAGES)
    found = described(content, "model.pt")
    assert (found.format, found.fault, found.counted) == ("torch", "", True)
    assert values(found) == {"F16": 3, "F32": 12, "I64": 1}
    assert harmless(found)


def test_tensors_that_share_a_storage_count_once() -> None:
    tied = state_dict(a=("FloatStorage", "0", (4, 3)), b=("FloatStorage", "0", (4, 3)))
    assert values(described(torch_zip(tied, {"0": bytes(48)}), "model.pt")) == {"F32": 12}


def test_the_bytes_that_were_read_do_not_grow_with_the_weights() -> None:
    read = []
    content = torch_zip(state_dict(w=("FloatStorage", "0", (1 << 20,))), {"0": bytes(4 << 20)})

    def some(start: int, count: int) -> bytes:
        read.append(count)
        return content[start : start + count]

    assert values(describe("model.pt", len(content), some)) == {"F32": 1 << 20}
    assert sum(read) < 600_000


def test_a_file_from_before_pytorch_1_6_is_read() -> None:
    storages = {"0": (12, bytes(48)), "1": (3, bytes(6)), "2": (1, bytes(8))}
    # Its persistent ids have one item more: of which storage it is a view.
    data = NET.replace(b"tQ", b"NtQ")
    found = described(torch_old(data, storages), "model.pth")
    assert (found.format, found.fault, found.unfollowed) == ("torch", "", "")
    assert values(found) == {"F16": 3, "F32": 12, "I64": 1}
    assert harmless(found)
    assert not harmless(described(torch_old(data, storages) + EVIL, "model.pth"))
    assert not harmless(described(torch_old(data[:-1] + EVIL, storages), "model.pth"))


@pytest.mark.parametrize(
    ("data", "others"),
    [
        (EVIL, {}),
        (NET[:-1] + b"0" + EVIL, {}),
        (NET, {"extra__pkl": EVIL}),
        (NET, {"harmless": b"\x80\x02" + EVIL}),
        (NET + EVIL, {}),
        (NET.replace(b"FloatStorage", b"nosuchthing!"), {}),
        (b"\x80\x02" + text("x") + b"Q.", {}),
    ],
    ids=["instead", "within", "in another member", "without a suffix", "after the end", "an odd storage", "an odd id"],
)
def test_a_pickle_that_hides_in_an_archive_is_found(data: bytes, others: Mapping[str, bytes]) -> None:
    assert not harmless(described(torch_zip(data, STORAGES, **others), "model.pt"))


def test_an_archive_that_lies_about_a_storage_is_at_fault() -> None:
    assert "should have 48 bytes" in described(torch_zip(NET, {**STORAGES, "0": bytes(40)}), "m.pt").fault
    missing = {key: value for key, value in STORAGES.items() if key != "1"}
    assert "is missing" in described(torch_zip(NET, missing), "m.pt").fault
    huge = state_dict(w=("FloatStorage", "0", (4,))).replace(
        b"J\x04\x00\x00\x00tQ", b"\x8a\x08" + b"\xff" * 7 + b"\x7ftQ"
    )
    assert described(torch_zip(huge, {"0": bytes(16)}), "m.pt").fault


def zipped(members: Mapping[str, bytes], *, method: int = zipfile.ZIP_STORED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def test_a_bomb_is_read_in_bounded_time_and_memory() -> None:
    bomb = zipped({"m/data.pkl": b"\x80\x04" + b"(" * (64 << 20)}, method=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 1 << 18
    assert "more than" in described(bomb, "m.pt").unfollowed


def test_archives_that_no_honest_writer_makes_are_at_fault() -> None:
    assert "leads out" in described(zipped({"m/data.pkl": NET, "../../etc/passwd": b"x"}), "m.pt").fault
    twice = zipped({"m/data.pkl": NET, "m/data.pxl": EVIL}).replace(b"data.pxl", b"data.pkl")
    assert "one name" in described(twice, "m.pt").fault
    whole = torch_zip(NET, STORAGES)
    assert described(whole[: len(whole) // 2], "m.pt").fault
    assert described(b"x" * 100 + whole, "m.keras").fault


def test_arrays_of_objects_in_npz_and_npy_are_pickles() -> None:
    stream = io.BytesIO()
    np.savez(stream, a=np.zeros((2, 3), np.float32), b=np.array([{"x": 1}], object))
    found = described(stream.getvalue(), "m.npz")
    assert (found.format, found.pickles) == ("npz", 1)
    assert harmless(found)
    stream = io.BytesIO()
    np.save(stream, np.array([1, None], object))
    clean = stream.getvalue()
    assert harmless(described(clean, "m.npy"))
    head = clean[: clean.index(b"\x80")]
    assert not harmless(described(head + EVIL, "m.npy"))


def dumped(folder: Path, value: object, **how: object) -> bytes:
    joblib.dump(value, folder / "m.joblib", **how)
    return (folder / "m.joblib").read_bytes()


@pytest.mark.parametrize(
    "how", [{}, {"compress": 3}, {"compress": ("xz", 1)}, {"protocol": 2}, {"protocol": 5}], ids=str
)
def test_arrays_that_joblib_wrote_are_followed(tmp_path: Path, how: Mapping[str, object]) -> None:
    value = {
        "w": np.zeros((300, 200)),
        "objects": np.array(["a", {"x": np.zeros(5, np.int8)}], object),
        "nodes": np.zeros(5, dtype=[("left", "<i8"), ("at", "<f8")]),
        "times": np.zeros((2, 2), "M8[s]"),
        "texts": np.array(["ab", "c"]),
    }
    found = described(dumped(tmp_path, value, **how), "m.joblib")
    assert (found.format, found.fault, found.unfollowed) == ("joblib", "", "")
    assert values(found) == {"F64": 60_000, "I8": 5, "object": 2, "record": 5, "text": 2, "time": 4}
    assert harmless(found)


class Evil:
    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (print, ("run",))


def test_what_hides_in_an_array_of_objects_that_joblib_wrote_is_found(tmp_path: Path) -> None:
    found = described(dumped(tmp_path, {"a": np.array([1, Evil()], object)}), "m.joblib")
    assert not harmless(found)


def test_a_type_that_says_that_it_holds_objects_does_not_hide_a_pickle(tmp_path: Path) -> None:
    """joblib would take the array's bytes for a pickle, where the type's name says that they are numbers."""
    clean = dumped(tmp_path, np.zeros(5), protocol=2)
    assert harmless(described(clean, "m.joblib"))
    # The flags of the type: the last number of its state.
    place = clean.index(b"t", clean.index(b"X\x01\x00\x00\x00<"))
    forged = clean[: place - 2] + b"K\x3f" + clean[place:]
    assert len(forged) == len(clean)
    assert not harmless(described(forged, "m.joblib"))


def test_a_name_that_says_one_format_and_content_that_has_another_is_a_fault() -> None:
    assert "its name says safetensors" in described(torch_zip(NET, STORAGES), "model.safetensors").fault
    assert "its name says safetensors" in described(pickle.dumps(1), "model.safetensors").fault
    assert "its name says json" in described(pickle.dumps(1), "config.json").fault
    assert described(torch_zip(NET, STORAGES), "pytorch_model.bin").format == "torch"
    assert described(b"(S'id'\nios\nsystem\n.", "weights.bin").format == "pickle"
