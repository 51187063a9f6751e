"""What a deployment asks: whether somebody with the key stated how exactly this model came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mlgitlab.errors import RefusedError
from mlgitlab.jobs.train import attest
from mlgitlab.jobs.train.publishing import STATEMENT
from mlgitlab.store import digests
from mlgitlab.store.library import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePermit:
    """A permit for `deploy`: refuses a model without a statement of its provenance that the configured key signed.

    `key`: the public key's file, for people. `verify`: whether the key made a signature of a message.
    """

    store: Store
    key: str
    verify: Callable[[bytes, bytes], bool]

    def check(self, model: str, digest: str, environment: str) -> None:  # noqa: ARG002 (the same everywhere)
        """RefusedError, which says why."""
        self.statement(model, digest)

    def holds(self, model: str, digest: str) -> bool:
        """Whether there is such a statement."""
        try:
            self.statement(model, digest)
        except RefusedError:
            return False
        return True

    def statement(self, model: str, digest: str) -> Mapping[str, object]:
        """The newest statement that counts; RefusedError where none does.

        One is enough: whoever trains the same bytes without the key takes nothing away from it.
        """
        why = ""
        for envelope in reversed(self.store.records(model, digest, STATEMENT)):
            try:
                return attest.check(envelope, verify=self.verify, model=model, digest=digest)
            except RefusedError as error:
                why = why or error.message
        what = f"the provenance of {model}@{digests.short(digest)} is not signed by the key of {self.key}"
        hint = f"train it where the private key is: `mlgitlab train {model} --again`; docs/train.md"
        raise RefusedError(f"{what}: {why or f'{self.store.address} holds no statement of it'}", hint)
