"""An authority of our own, and a server's certificate that it signed."""

from __future__ import annotations

import datetime as dt
import ipaddress
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """PEM files."""

    authority: Path
    certificate: Path
    key: Path


def make(folder: Path) -> Certificates:
    """A certificate for 127.0.0.1, and the authority's own."""
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority = _builder("authority", authority_key, "authority")
    authority = authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    server = _builder("server", key, "authority").add_extension(
        x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
    )
    found = Certificates(authority=folder / "ca.pem", certificate=folder / "cert.pem", key=folder / "key.pem")
    found.authority.write_bytes(authority.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    found.certificate.write_bytes(server.sign(authority_key, hashes.SHA256()).public_bytes(Encoding.PEM))
    found.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return found


def _builder(subject: str, key: ec.EllipticCurvePrivateKey, issuer: str) -> x509.CertificateBuilder:
    now = dt.datetime.now(dt.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])
