"""The statement of how a model came about: in-toto Statement v1, SLSA provenance v1, in a DSSE envelope.

https://github.com/in-toto/attestation/tree/main/spec/v1, https://slsa.dev/spec/v1.0/provenance,
https://github.com/secure-systems-lab/dsse/blob/master/protocol.md
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mlgitlab.errors import RefusedError

STATEMENT = "https://in-toto.io/Statement/v1"
PREDICATE = "https://slsa.dev/provenance/v1"
# Documented in docs/train.md; a name, not an address that is fetched.
BUILD_TYPE = "mlgitlab:train:v1"
PAYLOAD = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A file of the model, or the model itself: a name and the sha256 in hexadecimal digits."""

    name: str
    sha256: str


def statement(subjects: Sequence[Subject], provenance: Mapping[str, object], builder: str) -> dict[str, object]:
    """What is signed. `provenance` is the record of `provenance.record`; `builder` names who ran the training."""
    git, run = _part(provenance, "git"), _part(provenance, "run")
    commit, project = str(git.get("commit", "")), str(git.get("project", ""))
    sources = [{"uri": f"git+{project}" if project else "git", "digest": {"gitCommit": commit}}] if commit else []
    upstream = provenance.get("upstream")
    models = [
        {"name": name, "uri": f"mlgitlab:model:{name}", "digest": {"sha256": str(digest).removeprefix("sha256:")}}
        for name, digest in sorted(upstream.items() if isinstance(upstream, Mapping) else ())
    ]
    asked = ("model", "step", "fingerprint", "command", "seed", "parameters")
    return {
        "_type": STATEMENT,
        "subject": [{"name": subject.name, "digest": {"sha256": subject.sha256}} for subject in subjects],
        "predicateType": PREDICATE,
        "predicate": {
            "buildDefinition": {
                "buildType": BUILD_TYPE,
                "externalParameters": {name: provenance[name] for name in asked if name in provenance},
                "internalParameters": {"machine": provenance.get("machine", {}), "dirty": git.get("dirty", False)},
                "resolvedDependencies": [*sources, *models],
            },
            "runDetails": {
                "builder": {"id": builder, "version": {"mlgitlab": str(provenance.get("mlgitlab", ""))}},
                "metadata": {
                    "invocationId": str(run.get("job", "")),
                    "startedOn": str(run.get("started", "")),
                    "finishedOn": str(run.get("finished", "")),
                },
            },
        },
    }


def _part(record: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = record.get(name)
    return found if isinstance(found, Mapping) else {}


def signed_bytes(payload: bytes, kind: str = PAYLOAD) -> bytes:
    """What a signature covers (DSSE's pre-authentication encoding): the kind of payload, and the payload."""
    return b"DSSEv1 %d %s %d %s" % (len(kind.encode()), kind.encode(), len(payload), payload)


def envelope(
    content: Mapping[str, object], *, key_id: str = "", sign: Callable[[bytes], bytes] | None = None
) -> dict[str, object]:
    """The statement in an envelope; without `sign`, one without signatures."""
    payload = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    signatures = [{"keyid": key_id, "sig": _text(sign(signed_bytes(payload)))}] if sign else []
    return {"payloadType": PAYLOAD, "payload": _text(payload), "signatures": signatures}


def check(
    found: Mapping[str, object], *, verify: Callable[[bytes, bytes], bool], model: str, digest: str
) -> Mapping[str, object]:
    """The statement of an envelope that a key signed, and that speaks of exactly this model.

    verify: whether the key made a signature of a message, called with both. digest: the model's, `sha256:` and 64
    digits. Raises RefusedError where the envelope is damaged or unsigned, is signed by another key, or is about
    another model. The first subject counts: a file of another model may have any name and any content.
    """
    if found.get("payloadType") != PAYLOAD:
        raise RefusedError(f"the statement's envelope holds no {PAYLOAD}")
    payload, signatures = _bytes(found.get("payload")), found.get("signatures")
    if not isinstance(signatures, list) or not signatures:
        raise RefusedError("the statement is not signed", "was the signing key set where the model was trained?")
    message = signed_bytes(payload)
    if not any(isinstance(each, Mapping) and verify(message, _bytes(each.get("sig"))) for each in signatures):
        raise RefusedError(
            "no signature of the statement was made with this key", "it was altered, or signed by another"
        )
    try:
        content = json.loads(payload)
    except ValueError:
        raise RefusedError("the signed statement is no JSON") from None
    if not isinstance(content, dict) or (content.get("_type"), content.get("predicateType")) != (STATEMENT, PREDICATE):
        raise RefusedError("what is signed is no statement of provenance")
    whole, subjects = model_subject(model, digest), content.get("subject")
    wanted = {"name": whole.name, "digest": {"sha256": whole.sha256}}
    if not isinstance(subjects, list) or subjects[:1] != [wanted]:
        raise RefusedError(f"the signed statement is about another model than {model}@sha256:{whole.sha256}")
    return content


def model_subject(model: str, digest: str) -> Subject:
    """The subject that stands for the model as a whole: the digest of its manifest."""
    return Subject(name=f"model:{model}", sha256=digest.removeprefix("sha256:"))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode("ascii")


def _bytes(text: object) -> bytes:
    try:
        return base64.b64decode(text, validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        raise RefusedError("the statement's envelope is damaged: not base64") from None
