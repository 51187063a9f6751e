"""Keys and signatures."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from mlgitlab.adapters.signing import Signer, Verifier
from mlgitlab.errors import UsageError


def private_pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    pkcs8 = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, pkcs8, serialization.NoEncryption())


def public_pem(key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey) -> bytes:
    spki = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, spki)


def test_a_signature_is_that_of_one_key_and_one_message() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    signer, verifier = Signer(private_pem(key)), Verifier(public_pem(key))
    other = Verifier(public_pem(ed25519.Ed25519PrivateKey.generate()))
    signature = signer.sign(b"message")
    assert verifier.verify(b"message", signature)
    assert not verifier.verify(b"messagE", signature)
    assert not verifier.verify(b"message", signature[:-1])
    assert not other.verify(b"message", signature)
    assert signer.key_id == verifier.key_id != other.key_id


def test_what_is_no_key_is_refused_without_being_shown() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    for pem in (b"hunter2", private_pem(curve)):
        with pytest.raises(UsageError) as caught:
            Signer(pem)
        assert "hunter2" not in str(caught.value)
    with pytest.raises(UsageError):
        Verifier(public_pem(curve))


def test_a_signer_shows_nothing_of_its_key() -> None:
    pem = private_pem(ed25519.Ed25519PrivateKey.generate())
    assert pem.decode().splitlines()[1] not in repr(vars(Signer(pem)))
