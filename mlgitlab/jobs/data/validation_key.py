"""What a validation's answer depends on, as one text: the same text, the same answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

KIND = "validated"
# Raised when a newer mlgitlab may come to another answer for the same data and schema.
SCHEME = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything that counts.

    data: digest by file, or version by object; files by the digest of their names, which may hold values. schema: the
    digest of its file. pipeline: the fingerprint of the dataset's validation step, which covers the code that makes the
    data and what a Python schema imports. drift: the digest of the profile, and the limits. settings: format, engine,
    hidden columns.
    """

    data: Mapping[str, str]
    schema: str
    pipeline: str = ""
    drift: str = ""
    settings: tuple[str, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The text."""
        return json.dumps(
            {
                "scheme": SCHEME,
                "data": dict(sorted(self.data.items())),
                "schema": self.schema,
                "pipeline": self.pipeline,
                "drift": self.drift,
                "settings": list(self.settings),
                "versions": dict(sorted(self.versions.items())),
            },
            separators=(",", ":"),
            sort_keys=True,
        )
