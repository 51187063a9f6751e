"""What the types of `mlgitlab.yml` are made of, in whichever module a part of it is declared."""

from __future__ import annotations

from typing import NewType

# A key that becomes part of a job's name: letters, digits, `_`, `.` and `-`.
Name = NewType("Name", str)
# A value of YAML that a later command reads: accepted here, and compared, as it stands.
Json = NewType("Json", object)


def doc(text: str) -> dict[str, str]:
    """Field metadata: the sentence that documents the key."""
    return {"doc": text}
