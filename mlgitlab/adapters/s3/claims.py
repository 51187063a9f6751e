"""What an ID token says about itself, read without a check of its signature: for messages only."""

from __future__ import annotations

import base64
import binascii
import json
import time
from dataclasses import dataclass

from mlgitlab.paths import printable

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Issuer, audience and subject, for people; `expired`: seconds since the token ended, None while it holds."""

    issuer: str = "?"
    audience: str = "?"
    subject: str = "?"
    expired: float | None = None

    def __str__(self) -> str:
        return f"iss {self.issuer}, aud {self.audience}, sub {self.subject}"


def claims_of(token: str) -> Claims:
    """The claims of a JSON web token; what cannot be read is `?`."""
    try:
        middle = token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return Claims()
    if not isinstance(found, dict):
        return Claims()
    shown = {name: _shown(found.get(name)) for name in ("iss", "aud", "sub")}
    return Claims(issuer=shown["iss"], audience=shown["aud"], subject=shown["sub"], expired=_since(found.get("exp")))


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else "?" if value is None else json.dumps(value)
    return printable(text)[:_LONGEST]


def _since(end: object) -> float | None:
    if not isinstance(end, int | float):
        return None
    ago = time.time() - end
    return ago if ago > 0 else None
