"""Manifests as plain data, and the cluster that takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeAlias

from mlgitlab.jobs.deploy.answers import at, rows, text

Manifest: TypeAlias = dict[str, object]


class Cluster(Protocol):
    """One namespace of a cluster.

    Every verb raises WorldError where the cluster cannot be reached, and UsageError where it does not know the kind,
    does not permit the act, or finds a manifest to be invalid.
    """

    def apply(self, manifests: Sequence[Manifest]) -> None:
        """Let all be so; nothing is changed where the cluster would not take every one of them."""
        ...

    def get(self, kind: str, name: str) -> Manifest | None:
        """The object of a kind (`deployments.apps`), as it is; None where there is none."""
        ...

    def listed(self, kind: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
        """Those of a kind that carry all the labels."""
        ...

    def delete(self, kind: str, name: str) -> None:
        """Take an object away, and return once it is gone; nothing where there is none."""
        ...

    def ask(self, namespace: str, service: str, path: str, query: Mapping[str, str]) -> object:
        """What a Service (`name:port`) answers to a GET, as JSON. The API server passes it on."""
        ...


def condition(found: object, kind: str) -> tuple[str, str]:
    """The status (`True`, `False`, `Unknown`, or empty) and the message of a condition."""
    for row in rows(found, "status", "conditions"):
        if at(row, "type") == kind:
            return text(row, "status"), text(row, "message") or text(row, "reason")
    return "", ""


def is_observed(found: object) -> bool:
    """Whether the status is about the newest specification. Argo Rollouts writes the number as a text."""
    return text(found, "status", "observedGeneration") == text(found, "metadata", "generation")
