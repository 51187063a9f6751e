"""A requirement on a distribution, as PEP 508 writes it: its normalised name, and what is asked of it."""

from __future__ import annotations

import re
from functools import cache

_BLANKS = r"[ \t]*+"  # possessive: a row of them is read once, however hostile
_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"
_VERSION = rf"(?:===|==|~=|!=|<=|>=|<|>){_BLANKS}[A-Za-z0-9_.*+!-]+"
_VERSIONS = rf"{_VERSION}(?:{_BLANKS},{_BLANKS}{_VERSION})*(?:{_BLANKS},)?"
_REQUIREMENT = (
    rf"{_BLANKS}(?P<name>{_WORD}){_BLANKS}"
    rf"(?P<extras>\[{_BLANKS}(?:{_WORD}(?:{_BLANKS},{_BLANKS}{_WORD})*)?{_BLANKS}\])?{_BLANKS}"
    rf"(?:@{_BLANKS}(?P<url>[^\s]+)|(?P<versions>{_VERSIONS})|\({_BLANKS}(?P<bracketed>{_VERSIONS})?{_BLANKS}\))?"
    rf"{_BLANKS}(?:;(?P<marker>[^\r\n]*))?"
)
_MARKER_TOKEN = re.compile(r"""[ \t]*("[^"]*"|'[^']*'|[A-Za-z_][A-Za-z0-9_.]*|===|==|~=|!=|<=|>=|<|>|\(|\))[ \t]*""")
_WITHOUT_BLANKS = str.maketrans("", "", " \t")


@cache
def _form() -> re.Pattern[str]:
    """Compiled when first needed: most that import this module want names."""
    return re.compile(_REQUIREMENT)


def normalised_name(name: str) -> str:
    """A distribution's name as indexes compare it (https://peps.python.org/pep-0503/#normalized-names)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def is_name(text: str) -> bool:
    """Whether a text is the name of a distribution and nothing more."""
    return re.fullmatch(_WORD, text) is not None


def package_of(requirement: str) -> tuple[str, str] | None:
    """The name and the rest (extras, versions or URL, marker) of a requirement; None where it is not a valid one.

    Requirements that differ in blanks alone give the same rest; quotes and order are kept.
    https://packaging.python.org/en/latest/specifications/dependency-specifiers/
    """
    found = _form().fullmatch(requirement)
    if found is None:
        return None
    extras, versions = found["extras"] or "", found["versions"] or found["bracketed"] or ""
    marker = _marker(found["marker"])
    if marker is None:
        return None
    url = f"@{found['url']} " if found["url"] else ""  # the blank ends the address, which may hold a semicolon
    return normalised_name(found["name"]), extras.translate(_WITHOUT_BLANKS) + url + versions.translate(
        _WITHOUT_BLANKS
    ) + marker


def _marker(text: str | None) -> str | None:
    if text is None:
        return ""
    tokens: list[str] = []
    position = 0
    while position < len(text):
        token = _MARKER_TOKEN.match(text, position)
        if token is None:
            return None
        tokens.append(token[1])
        position = token.end()
    return ";" + " ".join(tokens) if tokens else None
