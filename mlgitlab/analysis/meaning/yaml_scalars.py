"""What a scalar of a YAML stream is: text, or something that only its readers know."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from mlgitlab.analysis.meaning.keyed import Raw

if TYPE_CHECKING:
    from yaml.events import ScalarEvent

# Plain scalars that some reader takes for something else than text: by YAML 1.1 or 1.2 (core), PyYAML, ruamel.yaml,
# OmegaConf. Wider than any of them: what is not text for certain is compared as it is written.
# https://yaml.org/spec/1.2.2/#1032-tag-resolution and https://yaml.org/type/
_NUMBER_OR_DATE = re.compile(r"[-+.]?[0-9.][-+.:,_ \t0-9a-fA-FoOxXtTzZ]*")
_WORDS = frozenset(
    {"", "~", "null", "none", "true", "false", "yes", "no", "on", "off", "y", "n", "t", "f", "=", "<<", "-", "+"}
    | {sign + word for sign in ("", "-", "+") for word in ("inf", ".inf", "infinity", "nan", ".nan")}
)
_LONGEST_WORD = max(map(len, _WORDS))
_TEXT = "tag:yaml.org,2002:str"


def scalar_of(event: ScalarEvent) -> str | Raw:
    """The text of a scalar that every reader takes for text; else as it is written, with its tag."""
    text, is_plain = event.value, not event.style
    if event.tag == _TEXT or (event.tag is None and not is_plain):
        return text
    if event.tag is not None:
        return Raw(f"tag {'plain' if is_plain else 'text'} {event.tag}", text)
    if (len(text) <= _LONGEST_WORD and text.lower() in _WORDS) or _NUMBER_OR_DATE.fullmatch(text):
        return Raw("plain", text)
    return text
