"""Statements: what they say, and that only the right key makes them believed."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from mlgitlab.adapters.signing import Signer, Verifier
from mlgitlab.errors import RefusedError
from mlgitlab.jobs.train import attest

DIGEST = "sha256:" + "ab" * 32
PROVENANCE: dict[str, Any] = {
    "model": "fraud",
    "step": "fraud:train",
    "fingerprint": "0" * 32,
    "command": ["python train.py"],
    "seed": 1,
    "parameters": {"lr": "0.1"},
    "mlgitlab": "1.0",
    "git": {"commit": "c" * 40, "project": "https://gitlab.example.com/ml/fraud", "dirty": False},
    "upstream": {"teacher:train": "sha256:" + "cd" * 32},
    "machine": {"image": "python:3.12"},
    "run": {
        "job": "https://gitlab.example.com/j/1",
        "started": "2026-01-31T12:00:00Z",
        "finished": "2026-01-31T13:00:00Z",
    },
}
SUBJECTS = [attest.model_subject("fraud", DIGEST), attest.Subject(name="out/model.bin", sha256="12" * 32)]


def pems(key: Ed25519PrivateKey) -> tuple[bytes, bytes]:
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return private, key.public_key().public_bytes(serialization.Encoding.PEM, spki)


KEY = pems(Ed25519PrivateKey.generate())
OTHER = pems(Ed25519PrivateKey.generate())


def signed(digest: str = DIGEST, key: tuple[bytes, bytes] = KEY, file: str = "out/model.bin") -> dict[str, Any]:
    signer = Signer(key[0])
    subjects = [attest.model_subject("fraud", digest), attest.Subject(name=file, sha256="12" * 32)]
    content = attest.statement(subjects, PROVENANCE, "mlgitlab:builder:laptop")
    return attest.envelope(content, key_id=signer.key_id, sign=signer.sign)


def check(envelope: dict[str, Any], digest: str = DIGEST, model: str = "fraud") -> Any:
    return attest.check(envelope, verify=Verifier(KEY[1]).verify, model=model, digest=digest)


def test_the_statement_has_the_shape_that_slsa_asks_for() -> None:
    content = attest.statement(SUBJECTS, PROVENANCE, "https://gitlab.example.com/-/runners/7")
    assert content["_type"] == "https://in-toto.io/Statement/v1"
    assert content["predicateType"] == "https://slsa.dev/provenance/v1"
    assert content["subject"] == [
        {"name": "model:fraud", "digest": {"sha256": "ab" * 32}},
        {"name": "out/model.bin", "digest": {"sha256": "12" * 32}},
    ]
    predicate: Any = content["predicate"]
    definition, details = predicate["buildDefinition"], predicate["runDetails"]
    assert definition["externalParameters"]["parameters"] == {"lr": "0.1"}
    assert definition["resolvedDependencies"] == [
        {"uri": "git+https://gitlab.example.com/ml/fraud", "digest": {"gitCommit": "c" * 40}},
        {"name": "teacher:train", "uri": "mlgitlab:model:teacher:train", "digest": {"sha256": "cd" * 32}},
    ]
    assert details["builder"]["id"] == "https://gitlab.example.com/-/runners/7"
    assert details["metadata"]["startedOn"] == "2026-01-31T12:00:00Z"


def test_what_is_signed_is_as_the_specification_has_it() -> None:
    # The example of https://github.com/secure-systems-lab/dsse/blob/master/protocol.md.
    assert attest.signed_bytes(b"hello world", "http://example.com/HelloWorld") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )


def test_a_signed_statement_is_believed() -> None:
    assert check(signed())["subject"][0]["name"] == "model:fraud"


def test_a_copy_that_went_through_json_is_believed() -> None:
    assert check(json.loads(json.dumps(signed())))


def test_an_unsigned_statement_is_not_believed() -> None:
    with pytest.raises(RefusedError, match="not signed"):
        check(attest.envelope(attest.statement(SUBJECTS, PROVENANCE, "")))


def test_another_key_is_not_believed() -> None:
    with pytest.raises(RefusedError, match="no signature"):
        check(signed(key=OTHER))


def test_the_statement_of_another_model_is_not_believed() -> None:
    with pytest.raises(RefusedError, match="another model"):
        check(signed(digest="sha256:" + "00" * 32))


def test_the_same_bytes_as_another_model_are_not_believed() -> None:
    with pytest.raises(RefusedError, match="another model than student@sha256:abab"):
        check(signed(), model="student")


@pytest.mark.parametrize("name", ["out/model.bin", "model:fraud"])
def test_a_file_of_a_model_is_not_the_model(name: str) -> None:
    other = "sha256:" + "12" * 32
    with pytest.raises(RefusedError, match="another model"):
        check(signed(file=name), digest=other)


@given(st.data())
def test_no_changed_byte_of_payload_or_signature_is_believed(data: st.DataObject) -> None:
    envelope = signed()
    where: Any = data.draw(st.sampled_from([envelope, envelope["signatures"][0]]))
    name = "payload" if where is envelope else "sig"
    content = bytearray(base64.b64decode(where[name]))
    place = data.draw(st.integers(min_value=0, max_value=len(content) - 1))
    content[place] ^= data.draw(st.integers(min_value=1, max_value=255))
    where[name] = base64.b64encode(content).decode()
    with pytest.raises(RefusedError):
        check(envelope)


@pytest.mark.parametrize(
    "change",
    [{"payloadType": "text/plain"}, {"payload": "%%%"}, {"payload": None}, {"signatures": "x"}, {"signatures": [1]}],
)
def test_a_damaged_envelope_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(RefusedError):
        check({**signed(), **change})
