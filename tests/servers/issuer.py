"""An OpenID Connect issuer on loopback, as GitLab is one: its keys for others to fetch, and tokens."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """`url` is the claim `iss`; `thumbprint` that of its certificate."""

    url: str
    key: rsa.RSAPrivateKey
    thumbprint: str

    def token(
        self, audience: str, subject: str = "project_path:ml/demo:ref_type:branch:ref:main", life: int = 300
    ) -> str:
        """A signed token that ends in `life` seconds."""
        now = int(time.time())
        claims = {"iss": self.url, "aud": audience, "sub": subject, "iat": now - 600, "exp": now + life}
        signed = f"{_encoded({'alg': 'RS256', 'kid': 'k1', 'typ': 'JWT'})}.{_encoded(claims)}"
        return f"{signed}.{_base64(self.key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


@contextmanager
def issuing() -> Iterator[Issuer]:
    """An issuer that answers for the time of the block."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    certificate = _certificate(key)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        url = f"http://127.0.0.1:{server.server_port}"
        server.RequestHandlerClass = _handler(url, key, certificate)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        der = certificate.public_bytes(Encoding.DER)
        yield Issuer(url=url, key=key, thumbprint=hashlib.sha1(der, usedforsecurity=False).hexdigest().upper())
        server.shutdown()
    thread.join()


def _handler(url: str, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> type[BaseHTTPRequestHandler]:
    configuration = {"issuer": url, "jwks_uri": f"{url}/jwks"}
    keys = {"keys": [_public(key, certificate)]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps(configuration if "openid-configuration" in self.path else keys).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            pass

    return Handler


def _public(key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> dict[str, object]:
    numbers = key.public_key().public_numbers()
    n, e = (number.to_bytes((number.bit_length() + 7) // 8, "big") for number in (numbers.n, numbers.e))
    chain = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
    return {"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": _base64(n), "e": _base64(e), "x5c": [chain]}


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


def _encoded(value: object) -> str:
    return _base64(json.dumps(value).encode())


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
