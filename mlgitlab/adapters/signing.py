"""Ed25519 signatures by `cryptography`, which is imported when a key is first used."""

from __future__ import annotations

import hashlib
import importlib.util
from typing import TYPE_CHECKING

from mlgitlab.errors import UsageError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ADVICE = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out key.pub.pem"


class Signer:
    """Signs with one private key. Neither its text nor its value is shown anywhere."""

    def __init__(self, pem: bytes) -> None:
        self._key = _private(pem)
        self.key_id = _key_id(self._key.public_key())

    def sign(self, message: bytes) -> bytes:
        """The signature: 64 bytes."""
        return self._key.sign(message)


class Verifier:
    """Checks signatures by one public key."""

    def __init__(self, pem: bytes) -> None:
        self._key = _public(pem)
        self.key_id = _key_id(self._key)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this key's, of exactly this message."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 (an extra)

        try:
            self._key.verify(signature, message)
        except InvalidSignature:
            return False
        return True


def _private(pem: bytes) -> Ed25519PrivateKey:
    _require()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 (an extra)
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise UsageError("the signing key is no private key in PEM without a passphrase", _ADVICE) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise UsageError("the signing key is not of Ed25519", _ADVICE)
    return key


def _public(pem: bytes) -> Ed25519PublicKey:
    _require()
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415 (an extra)
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(pem)
    except ValueError:
        raise UsageError("the public key is none in PEM", _ADVICE) from None
    if not isinstance(key, Ed25519PublicKey):
        raise UsageError("the public key is not of Ed25519", _ADVICE)
    return key


def _key_id(key: Ed25519PublicKey) -> str:
    """The sha256 of the public key as DER, in hexadecimal digits."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415 (an extra)

    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _require() -> None:
    if importlib.util.find_spec("cryptography") is None:
        raise UsageError("signatures need cryptography", 'pip install "mlgitlab[sign]"')
