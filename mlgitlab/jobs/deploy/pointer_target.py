"""A `Target` that is nothing but the store's pointer: batch jobs read it, and get the new model with their next run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from mlgitlab.errors import UsageError
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PointerTarget:
    """The pointer of a model that has the environment's name. A deployment moves it in its last step."""

    store: Store
    model: str
    environment: str

    def standing(self) -> Standing:
        """Where the pointer stands."""
        pointer = self.store.pointer(self.model, self.environment)
        live = pointer.digest if pointer else ""
        return Standing(traffic=Traffic(live=live), warm=frozenset(filter(None, (live,))))

    def room(self, _digest: str) -> None:
        """Nobody needs files here: they are verified where they lie."""

    def place(self, digest: str) -> None:
        """Nothing is started."""

    def ask(self, _digest: str, _question: Question) -> Answer:
        """UsageError: nobody answers."""
        raise UsageError("the target `pointer` can be asked nothing")

    def route(self, traffic: Traffic) -> None:
        """The traffic is where the pointer stands, which the deployment moves."""

    def observe(self, _since: float, _until: float) -> Mapping[str, Seen]:
        """Nothing is seen."""
        return {}

    def remove(self, digest: str) -> None:
        """Nothing is stopped."""
