"""Names and labels that Kubernetes accepts, whatever a model is called.

Rules: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names and
https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
"""

from __future__ import annotations

import hashlib
import re

from mlgitlab.store import digests

# A name is at most 63 characters; suffixes that we, Argo Rollouts, Flagger and KServe add must fit, too.
_LONGEST_NAME = 36
_LONGEST_LABEL = 63
_DIGITS_OF_LABEL = 32
_DIGITS_OF_NAME = 12

MODEL = "mlgitlab/model"
ENVIRONMENT = "mlgitlab/environment"
DIGEST = "mlgitlab/digest"


def object_name(model: str, environment: str) -> str:
    """A DNS label (RFC 1123) that begins with a letter; two places never share one."""
    return _fitted(f"{model}-{environment}", _LONGEST_NAME, r"[^a-z0-9-]+", lowered=True)


def label_value(text: str) -> str:
    """The text as a label's value; one that cannot be is changed, and stays unique by a part of its digest."""
    return _fitted(text, _LONGEST_LABEL, r"[^A-Za-z0-9_.-]+", lowered=False) if text else ""


def digest_label(digest: str) -> str:
    """Half of a digest's digits, as the value of a label: all of them would be one character too many."""
    return digests.digits_of(digest)[:_DIGITS_OF_LABEL]


def with_digest(name: str, digest: str) -> str:
    """The name of what exists once for each model."""
    return f"{name}-{digests.digits_of(digest)[:_DIGITS_OF_NAME]}"


def _fitted(text: str, longest: int, wrong: str, *, lowered: bool) -> str:
    made = re.sub(wrong, "-", text.lower() if lowered else text).strip("-_.")
    if lowered and not (made and made[0].isalpha() and made[0].isascii()):
        made = f"m-{made}".rstrip("-")
    if made == text and len(made) <= longest:
        return made
    tail = hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{made[: longest - 9].rstrip('-_.')}-{tail}".lstrip("-")
