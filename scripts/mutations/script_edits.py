"""Edits of shell scripts, Dockerfiles and makefiles: a comment, or a command more."""

from __future__ import annotations

import re
from random import Random

from scripts.mutations.edits import NOTE, Edit, chosen, decoded, replaced

_INSTRUCTION = re.compile(r"(?m)(?<!\\\n)^(?:RUN|COPY|ENV|WORKDIR|CMD|ENTRYPOINT|ARG|USER|LABEL)\b")
_SHEBANG = re.compile(r"(?:#!.*\n)?")
_MORE = {"shell": "echo added", "docker": "ENV ADDED=1", "make": "ADDED := 1"}


def kind_of(path: str) -> str | None:
    """`shell`, `docker` or `make`."""
    name = path.rpartition("/")[2]
    if name.endswith((".sh", ".bash")):
        return "shell"
    if name in ("Dockerfile", "Containerfile") or name.endswith(".Dockerfile"):
        return "docker"
    return "make" if name in ("Makefile", "makefile", "GNUmakefile") else None


def cosmetic(kind: str, content: bytes, rng: Random) -> Edit | None:
    """A comment above everything, below it, or above an instruction."""
    text = decoded(content)
    if text is None:
        return None
    places = [found.start() for found in _INSTRUCTION.finditer(text)] if kind == "docker" else []
    head = _SHEBANG.match(text)
    if kind != "docker" and head:
        places.append(head.end())
    place = chosen(places, rng)
    return None if place is None else Edit("a comment", replaced(text, place, place, f"{NOTE}\n").encode("utf-8"))


def semantic(kind: str, content: bytes) -> Edit | None:
    """One command, instruction or variable more."""
    text = decoded(content)
    return None if text is None else Edit("a command more", f"{text.rstrip()}\n{_MORE[kind]}\n".encode())
