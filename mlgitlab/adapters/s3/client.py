"""The clients of botocore: where they connect to, how long they wait, how often they try."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlsplit

from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.session import Session, get_session

from mlgitlab.adapters.s3.credentials import JobIdentity
from mlgitlab.adapters.s3.operations import Client, TokenService
from mlgitlab.errors import UsageError
from mlgitlab.paths import printable
from mlgitlab.store.places import S3Settings

CONNECT_SECONDS = 10
READ_SECONDS = 60
ATTEMPTS = 5
# Signatures name a region. Servers that are not AWS mostly take this one.
FALLBACK_REGION = "us-east-1"


def address_of(settings: S3Settings) -> str:
    """`s3://bucket/prefix`."""
    return f"s3://{settings.bucket}/{settings.prefix}".rstrip("/")


def connect(settings: S3Settings) -> Client:
    """A client of the low level, which several threads may use at once; nothing is sent yet.

    With a role and a token the credentials are those of the role; otherwise what the AWS chain finds.
    """
    _check_bundle(settings)
    _check_endpoint(_s3_endpoint(settings))
    try:
        session = get_session()
        if settings.role_arn and settings.token:
            identity = JobIdentity(settings, lambda: _sts(session, settings))
            session.get_component("credential_provider").insert_before("env", identity)
        client: Client = session.create_client(
            "s3",
            region_name=settings.region or (FALLBACK_REGION if _s3_endpoint(settings) else None),
            endpoint_url=_s3_endpoint(settings),
            verify=settings.ca_bundle or None,
            config=_config(settings),
        )
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"{address_of(settings)}: {printable(str(error))}", "see docs/s3.md") from None
    return client


def _config(settings: S3Settings) -> Config:
    compatible = _s3_endpoint(settings) is not None
    addressing = "path" if settings.addressing == "auto" and compatible else settings.addressing
    # Since 2025 botocore sends checksums that many S3-compatible servers do not know.
    checksum = "when_required" if compatible else None
    checksum = checksum if settings.checksum == "auto" else settings.checksum
    return Config(
        connect_timeout=CONNECT_SECONDS,
        read_timeout=READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        # The parts, and the callers' own threads.
        max_pool_connections=settings.parallel * 2 + 8,
        s3={"addressing_style": addressing},
        request_checksum_calculation=checksum,
        response_checksum_validation=checksum,
        tcp_keepalive=True,
        user_agent_extra="mlgitlab",
    )


def _sts(session: Session, settings: S3Settings) -> TokenService:
    """A client that exchanges tokens. A server that speaks S3 and STS (radosgw) does both at one address."""
    client: TokenService = session.create_client(
        "sts",
        region_name=settings.region or session.get_config_variable("region") or FALLBACK_REGION,
        endpoint_url=os.environ.get("AWS_ENDPOINT_URL_STS") or settings.endpoint_url or None,
        verify=settings.ca_bundle or None,
        config=Config(
            signature_version=UNSIGNED,
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
    )
    return client


def _s3_endpoint(settings: S3Settings) -> str | None:
    """The server that is not AWS, if it is one; botocore's own variables count too."""
    return settings.endpoint_url or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


def _check_bundle(settings: S3Settings) -> None:
    if settings.ca_bundle and not Path(settings.ca_bundle).is_file():
        hint = "store.ca_bundle names a PEM file with the authority's certificates, relative to the project"
        raise UsageError(f"there is no CA bundle at {printable(settings.ca_bundle)!r}", hint)


def _check_endpoint(url: str | None) -> None:
    """The address is not repeated: what is wrong with it may be that it holds a password."""
    parts = urlsplit(url or "https://aws")
    if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        raise UsageError("store.endpoint_url is no address of a server", "https://host:port, without user and password")
