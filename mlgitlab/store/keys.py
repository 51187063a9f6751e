"""Where everything lies in a bucket. Names are checked here: no other text becomes part of a key."""

from __future__ import annotations

import re

from mlgitlab.config.schema import NAME_PATTERN
from mlgitlab.config.wording import quoted
from mlgitlab.errors import UsageError
from mlgitlab.store.digests import digits_of, is_digits, of

BLOBS = "blobs/sha256/"
MODELS = "models/"
POINTERS = "pointers/"
RESULTS = "results/"
DEPLOYMENTS = "deployments/"
ENROLLED = "enrolled/"
# There while a garbage collection runs.
COLLECTING = "gc/running.json"
MANIFEST = "manifest.json"
# The pointer at the model that answers, with which every other is compared; and the environment of that name.
PRODUCTION = "production"
LARGEST_NUMBER = 99_999_999

_NAME = re.compile(NAME_PATTERN)
_HINT = "letters, digits, `_`, `.` and `-`, at most 63, a letter or digit first"
_KEY = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")
_NUMBERED = re.compile(r"([0-9]{8})\.json")


def is_key(text: str) -> bool:
    """Whether a bucket may be asked for it: no empty part, none that begins with a dot."""
    return _KEY.fullmatch(text) is not None


def is_name(text: object) -> bool:
    """Whether this may be the name of a model, a pointer, a kind of record."""
    return isinstance(text, str) and _NAME.fullmatch(text) is not None


def is_step(text: object) -> bool:
    """Whether this may be the id of a step: names, joined by `:`."""
    return isinstance(text, str) and all(map(is_name, text.split(":")))


def blob(digits: str) -> str:
    """A file's content, by its SHA-256."""
    digits = digits_of(digits)
    return f"{BLOBS}{digits[:2]}/{digits}"


def blob_digits(key: str) -> str:
    """The digits in the key of a blob; empty where it is no such key."""
    digits = key.rpartition("/")[2]
    return digits if is_digits(digits) and key == blob(digits) else ""


def models(model: str) -> str:
    """All that is kept of the models of one name."""
    return f"{MODELS}{_named(model, 'model')}/"


def model(name: str, digest: str) -> str:
    """All that is kept of one model, besides its files."""
    return f"{models(name)}{digits_of(digest)}/"


def manifest(name: str, digest: str) -> str:
    """The list of a model's files."""
    return model(name, digest) + MANIFEST


def records(name: str, digest: str, kind: str) -> str:
    """A model's records of one kind."""
    return f"{model(name, digest)}{_named(kind, 'kind of record')}/"


def pointer(name: str, pointer_name: str) -> str:
    """The moves of a pointer."""
    return f"{POINTERS}{_named(name, 'model')}/{_named(pointer_name, 'pointer')}/"


def deployments(name: str, environment: str) -> str:
    """What happened to the deployments of a model in an environment."""
    return f"{DEPLOYMENTS}{_named(name, 'model')}/{_named(environment, 'environment')}/"


def results(step: str, fingerprint: str) -> str:
    """The results of a step at a fingerprint."""
    if not is_name(fingerprint.removeprefix("sha256:")) and not is_digits(fingerprint.removeprefix("sha256:")):
        raise UsageError(f"{quoted(fingerprint)} is no fingerprint")
    return f"{RESULTS}{_step(step)}/{fingerprint.removeprefix('sha256:')}/"


def results_of(step: str) -> str:
    """The results of a step at every fingerprint."""
    return f"{RESULTS}{_step(step)}/"


def enrolled(step: str) -> str:
    """That the step's results are expected here."""
    return f"{ENROLLED}{_step(step)}.json"


def fact(kind: str, key: str) -> str:
    """A fact of one kind, about what a text names."""
    return f"facts/{_named(kind, 'kind of fact')}/{of(key.encode('utf-8', 'surrogateescape'))}.json"


def numbered(number: int) -> str:
    """The name of an entry of a log."""
    return f"{number:08}.json"


def number_of(name: str) -> int:
    """The number in such a name; 0 where it is none."""
    found = _NUMBERED.fullmatch(name)
    return int(found[1]) if found else 0


def _step(step: str) -> str:
    if not is_step(step):
        raise UsageError(f"{quoted(step)} is no step", "a step is written as in the plan: fraud:train")
    return step.replace(":", "/")


def _named(name: str, what: str) -> str:
    if not is_name(name):
        raise UsageError(f"{quoted(name)} is no name of a {what}", _HINT)
    return name
