"""Two contents of one kind, compared as a plan compares them: layer by layer, in order."""

from __future__ import annotations

from mlgitlab.analysis.meaning.values import Kind, Layer
from tests.unit.analysis.meaning.compared import meaning


def layers(kind: Kind, before: str | bytes, after: str | bytes) -> set[Layer]:
    """The layers in which two contents differ."""
    old, new = meaning(kind, before).parts, meaning(kind, after).parts
    return {
        layer
        for layer in Layer
        if [part for part in old if part.layer is layer] != [part for part in new if part.layer is layer]
    }


def named(kind: Kind, content: str | bytes) -> list[str]:
    """The names of a content's parts, in order."""
    return [part.name for part in meaning(kind, content).parts]
