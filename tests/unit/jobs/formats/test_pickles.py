"""Pickles: what only makes data is followed, and whatever else is refused or named."""

from __future__ import annotations

import bz2
import collections
import contextlib
import datetime as dt
import gzip
import io
import lzma
import pickle
import pickletools
import random
import struct
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mlgitlab.config.gates_artifact import PickleRules
from mlgitlab.jobs.formats.described import Described
from mlgitlab.jobs.formats.describing import describe
from mlgitlab.jobs.formats.pickled.values import Name
from mlgitlab.jobs.gate.artifact.imports import refused


def described(content: bytes, name: str = "model.pkl") -> Described:
    return describe(name, len(content), lambda start, count: content[start : start + count])


def harmless(found: Described, *allow: str) -> bool:
    rule = PickleRules(allow=("torch", "numpy", "joblib", *allow))
    return not found.fault and not found.unfollowed and not refused(found.names, rule)


class Evil:
    def __init__(self, function: Callable[..., object], *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self.call


def short(value: str) -> bytes:
    return b"\x8c" + bytes([len(value)]) + value.encode()


MEMO = b"\x94"
HOSTILE = {
    "os.system by GLOBAL": b"cos\nsystem\n(S'id'\ntR.",
    "posix.system by GLOBAL": b"\x80\x02cposix\nsystem\nX\x02\x00\x00\x00id\x85R.",
    "by STACK_GLOBAL": b"\x80\x04" + short("os") + short("system") + b"\x93" + short("id") + b"\x85R.",
    # "system" is put into the memo at 0, "os" at 1, both are dropped, and got back in the other order.
    "by STACK_GLOBAL with memoised strings": (
        b"\x80\x04"
        + short("system")
        + MEMO
        + b"0"
        + short("os")
        + MEMO
        + b"0"
        + b"h\x01h\x00\x93"
        + short("id")
        + b"\x85R."
    ),
    # The place in the memo is written twice; a reader that keeps the first sees harmless names.
    "by a memo that is overwritten": (
        b"\x80\x04"
        + short("collections")
        + b"q\x00"
        + short("OrderedDict")
        + b"q\x01"
        + short("os")
        + b"q\x00"
        + short("system")
        + b"q\x01"
        + b"h\x00h\x01\x93"
        + short("id")
        + b"\x85R."
    ),
    "by a duplicated string": b"\x80\x04" + short("os") + b"20" + short("system") + b"\x93)R.",
    "by builtins.getattr": (b"cbuiltins\ngetattr\n(cbuiltins\n__import__\n(S'os'\ntRS'system'\ntR(S'id'\ntR."),
    "by Python 2's name of builtins": b"c__builtin__\neval\n(S'1'\ntR.",
    "by INST": b"(S'id'\nios\nsystem\n.",
    "by OBJ": b"(cos\nsystem\nS'id'\no.",
    "by NEWOBJ": b"\x80\x02csubprocess\nPopen\nX\x02\x00\x00\x00id\x85\x81.",
    "by NEWOBJ_EX": b"\x80\x04" + short("subprocess") + short("Popen") + b"\x93" + short("id") + b"\x85}\x92.",
    "by BUILD": b"\x80\x02csubprocess\nPopen\n)\x81}X\x01\x00\x00\x00aK\x01sb.",
    "by a dotted name": b"\x80\x04" + short("collections") + short("abc.sys.modules") + b"\x93.",
    "after the first STOP": pickle.dumps({"w": 1}) + pickle.dumps(Evil(print, "x")),
    "after the first STOP, protocol 0": pickle.dumps([1]) + b"cos\nsystem\n(S'id'\ntR.",
    # The unpickler in C reads `os` here, and others `collections.os`.
    "in a line that a frame ends within": b"\x80\x04\x95\x0e\x00\x00\x00\x00\x00\x00\x00N0ccollections.os\nsystem\n0N.",
    "in a frame that lies": b"\x80\x04\x95\xff\xff\xff\xff\x00\x00\x00\x00" + b"cos\nsystem\n(S'id'\ntR.",
    "by the extension registry": b"\x80\x02\x82\x01)R.",
    "by the extension registry, long": b"\x80\x02\x84\x01\x00\x00\x00)R.",
    "by a persistent id": b"\x80\x02X\x01\x00\x00\x00aQ.",
    "by a buffer from outside": b"\x80\x05\x97.",
    "a name that a call made": (
        b"\x80\x04" + short("os") + b"c_codecs\nencode\n" + short("system") + short("ascii") + b"\x86R\x93)R."
    ),
    "a call of what a call gave": b"\x80\x02ccollections\nOrderedDict\n)R)R.",
    "a class that is changed": b"\x80\x02ccollections\nOrderedDict\n}X\x01\x00\x00\x00aK\x01sb.",
    "a function that gets items": b"\x80\x02c_codecs\nencode\nX\x01\x00\x00\x00aK\x01s.",
    "an import of a module's module": b"\x80\x02cnumpy.core.multiarray\n_reconstruct\n0cnumpy.f2py\ncompile\n)R.",
    "an import that is dropped": b"\x80\x02cos\nsystem\n0N.",
    "an import in a list": b"\x80\x02]cos\nsystem\na.",
    "an unknown opcode": b"\x80\x02\xffN.",
    "a protocol of the future": b"\x80\x06N.",
    "nothing on the stack": b"\x80\x02.",
    "no STOP": b"\x80\x02N",
    "a memo that was never put": b"\x80\x02h\x07.",
    "a mark that is not there": b"\x80\x02t.",
    "a mark as a value": b"\x80\x02(.",
    "a huge string": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 62) + b"x.",
    "a negative length": b"\x80\x02T\xff\xff\xff\xff.",
    "a line without an end": b"cos" + b"x" * 200_000,
    "a number of many digits": b"I" + b"9" * 10_000 + b"\n.",
    "a text that is none": b"\x80\x02X\x02\x00\x00\x00\xff\xfe.",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles_are_refused_by_whatever_name_they_come(name: str) -> None:
    for file in ("model.pkl", "model.pt", "model.joblib", "weights.ckpt"):
        assert not harmless(described(HOSTILE[name], file)), file


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress, bz2.compress, lzma.compress])
def test_packing_hides_nothing(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert not harmless(described(pack(HOSTILE[name]), "model.joblib"))


def test_what_os_system_is_called_is_named() -> None:
    assert described(HOSTILE["os.system by GLOBAL"]).names == {Name("os", "system")}
    assert described(HOSTILE["by STACK_GLOBAL with memoised strings"]).names == {Name("os", "system")}
    assert described(HOSTILE["by Python 2's name of builtins"]).names == {Name("builtins", "eval")}


@pytest.mark.parametrize("protocol", range(6))
@pytest.mark.parametrize(
    "value",
    [
        {"w": [1.5, 2, True, None], "n": ("a", b"b" * 300, "c" * 70_000)},
        collections.OrderedDict(a=1),
        {1, 2},
        frozenset({3}),
        1 << 90,
        bytearray(b"xyz"),
        [[[{"a": ([],)}]]],
        "\ud800\u20ac",
    ],
    ids=str,
)
def test_data_is_followed_in_every_protocol(value: object, protocol: int) -> None:
    found = described(pickle.dumps(value, protocol))
    assert (found.unfollowed, found.fault) == ("", "")
    assert harmless(found, "builtins.frozenset", "builtins.bytearray")


@pytest.mark.parametrize("protocol", range(6))
def test_the_names_are_those_that_pickletools_sees(protocol: int) -> None:
    value = [dt.datetime(2026, 1, 1, tzinfo=dt.UTC), np.arange(3.0), collections.Counter("aab")]
    content = pickle.dumps(value, protocol)
    names = {str(name) for name in described(content).names}
    assert "datetime.datetime" in names
    direct = {
        str(argument).replace(" ", ".").replace("__builtin__", "builtins").replace("copy_reg", "copyreg")
        for opcode, argument, _ in pickletools.genops(content)
        if opcode.name == "GLOBAL"
    }
    assert direct <= names


def test_a_name_on_the_list_passes_and_its_neighbours_do_not() -> None:
    content = pickle.dumps(collections.Counter("aab"))
    assert not harmless(described(content))
    assert harmless(described(content), "collections.Counter")
    nested = b"\x80\x04" + short("a") + short("B.C") + b"\x93."
    assert not harmless(described(nested), "a.B.C")
    assert harmless(described(nested), "a:B.C")


@pytest.mark.parametrize("protocol", range(6))
def test_arrays_are_counted_and_not_read(protocol: int) -> None:
    content = pickle.dumps({"w": np.zeros((300, 200)), "n": np.zeros(7, np.int32)}, protocol)
    found = described(content)
    assert harmless(found)
    assert {kind: tally.values for kind, tally in found.tensors.items()} == {"F64": 60_000, "I32": 7}


def test_a_pickle_of_many_opcodes_is_refused_in_bounded_memory() -> None:
    found = described(b"\x80\x04" + b"N\x94" * 1_000_001 + b".")
    assert "more than" in found.unfollowed


@given(st.binary(max_size=200))
@example(b"\x80\x02" + b"(" * 100)
@example(b"\x1f\x8b" + bytes(20))
def test_no_bytes_make_it_fail(content: bytes) -> None:
    for name in ("a.pkl", "a.joblib", "a.pt", "a", "a.npy", "a.npz", "a.safetensors", "a.gguf", "a.onnx", "a.json"):
        described(content, name)
        described(b"\x80\x04" + content, name)


@given(st.lists(st.sampled_from([opcode.code.encode("latin-1") for opcode in pickletools.opcodes]), max_size=30))
def test_what_is_followed_without_imports_also_loads(codes: list[bytes]) -> None:
    """Never the reverse: what loads may be refused."""
    content = b"\x80\x04" + b"".join(codes) + b"."
    found = described(content)
    if not found.unfollowed and not found.fault and not found.names:
        # A key that cannot be hashed fails to load, and runs nothing.
        with contextlib.suppress(TypeError):
            pickle.loads(content)


class Anything:
    """What every import and every call gives to an unpickler that only notes what it is asked for."""

    def __init__(self, *given: object, **named: object) -> None:
        pass

    def __setstate__(self, state: object) -> None:
        pass

    def __setitem__(self, key: object, value: object) -> None:
        pass

    def append(self, value: object) -> None:
        pass

    def add(self, value: object) -> None:
        pass


def imported(base: Any, stream: Any) -> set[tuple[str, str]]:
    """The names that a real unpickler imports until it ends, or fails."""
    asked: set[tuple[str, str]] = set()

    class Noting(base):  # type: ignore[misc]
        def find_class(self, module: str, name: str) -> type[Anything]:
            asked.add((module, name))
            return Anything

    with contextlib.suppress(Exception):
        Noting(stream).load()
    return asked


PUSHES = [
    short("aa"), short("bb"), short("cc"), b"caa\nbb\n", b"caa\ncc\n", b")", b"]", b"}", b"N", b"K\x01", b"Vaa\n",
    b"S'bb'\n", b"U\x02aa", b"X\x02\x00\x00\x00cc", b"C\x02bb", b"h\x00", b"h\x01", b"g2\n", b"(icc\naa\n", b"\x8f",
]  # fmt: skip
# What takes so many values and leaves one.
TAKES = [
    (2, b"\x93"), (2, b"R"), (2, b"b"), (2, b"\x81"), (2, b"a"), (3, b"\x92"), (3, b"s"), (1, b"\x85"), (2, b"\x86"),
    (3, b"\x87"), (1, b"\x94"), (1, b"q\x00"), (1, b"q\x01"), (1, b"p2\n"),
]  # fmt: skip
NEUTRAL = [b"\x80\x02", b"\x80\x04", b"N0", b"(1", b"\x95\x04\x00\x00\x00\x00\x00\x00\x00"]


def program(rng: random.Random) -> bytes:
    """Opcodes that mostly find on the stack what they need; the memo's first places are taken."""
    parts, depth = [b"\x80\x04", short("aa"), b"q\x00q\x01p2\n0"], 0
    for _ in range(rng.randrange(2, 20)):
        fitting = [part for count, part in TAKES if count <= depth]
        if fitting and rng.random() < 0.55:
            part = rng.choice(fitting)
            depth -= next(count for count, each in TAKES if each == part) - 1
        elif rng.random() < 0.1:
            part = rng.choice(NEUTRAL)
        elif depth and rng.random() < 0.1:
            part, depth = b"2", depth + 1
        else:
            part, depth = rng.choice(PUSHES), depth + 1
        parts.append(part)
    return b"".join(parts) + b"."


@pytest.mark.parametrize("base", [pickle._Unpickler, pickle.Unpickler], ids=["Python", "C"])
def test_whatever_an_unpickler_imports_is_named_or_the_pickle_is_refused(base: Any) -> None:
    """From a file that can be peeked at, and from one that cannot: the one in C reads them in different ways."""
    rng, told = random.Random(7), 0
    for _ in range(4000):
        content = program(rng)
        found = described(content)
        if not found.unfollowed:
            asked = imported(base, io.BytesIO(content)) | imported(base, io.BufferedReader(io.BytesIO(content)))
            assert asked <= {(name.module, name.name) for name in found.names}, content
            told += bool(asked)
    assert told > 200
