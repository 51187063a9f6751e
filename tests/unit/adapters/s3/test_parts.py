from __future__ import annotations

import base64
import hashlib
import itertools
import zlib

from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters.s3.parts import MIB, cut, is_same, part_size

TIB = 1024 * 1024 * MIB


@given(st.integers(1, 5 * TIB))
def test_parts_follow_each_other_without_gap_and_are_few_enough(size: int) -> None:
    parts = cut(size)
    assert len(parts) <= 9000
    assert [part.number for part in parts] == list(range(1, len(parts) + 1))
    assert parts[0].start == 0
    assert all(one.start + one.length == next_.start for one, next_ in itertools.pairwise(parts))
    assert parts[-1].start + parts[-1].length == size
    assert all(part.length == part_size(size) for part in parts[:-1])


@given(st.integers(1, 62 * 1024 * MIB))
def test_up_to_62_gib_there_are_no_more_parts_than_swift_takes(size: int) -> None:
    assert len(cut(size)) <= 1000


def test_a_part_is_known_by_its_md5_or_under_kms_by_its_checksum() -> None:
    content = b"abc" * 1000
    md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
    crc = base64.b64encode(zlib.crc32(content).to_bytes(4, "big")).decode()
    assert is_same({"Size": 3000, "ETag": f'"{md5}"'}, content)
    assert is_same({"Size": 3000, "ETag": '"of-kms"', "ChecksumCRC32": crc}, content)
    assert not is_same({"Size": 3000, "ETag": '"of-kms"'}, content)
    assert not is_same({"Size": 2999, "ETag": f'"{md5}"'}, content)
    assert not is_same({"Size": 3000, "ETag": f'"{md5}"'}, b"abd" + content[3:])
