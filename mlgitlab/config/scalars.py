"""Values of `mlgitlab.yml` that are more than a plain string; each parses itself and describes itself."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mlgitlab.config.patterns import matcher_of
from mlgitlab.config.wording import quoted

_UNITS = {
    "week": 604800, "w": 604800, "day": 86400, "d": 86400, "hour": 3600, "hr": 3600, "h": 3600,
    "minute": 60, "min": 60, "m": 60, "second": 1, "sec": 1, "s": 1,
}  # fmt: skip
# Ten digits of seconds are three centuries; more would be a slow way to say "never".
_DURATION = re.compile(r"\s*([0-9]{1,10})\s*([a-z]+)\s*(?:,|and\b)?")
_SHORTEST_PLURAL = 3  # `hrs`, but not `ms`: milliseconds must not turn into minutes


def _unit(word: str) -> int | None:
    singular = word.removesuffix("s") if len(word) >= _SHORTEST_PLURAL else word
    return _UNITS.get(word) or _UNITS.get(singular)


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole seconds, written `90m`, `1h 30m`, `2 days`."""

    seconds: int

    json_type = "string"
    expects = "a duration such as 90m, 1h 30m or 2 days"
    pattern = r"^\s*([0-9]{1,10}\s*[A-Za-z]+\s*(,|and\b)?\s*)+$"

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read a duration; ValueError when it is none, or zero."""
        seconds, position, lowered = 0, 0, text.strip().lower()
        while position < len(lowered):
            found = _DURATION.match(lowered, position)
            unit = found and _unit(found[2])
            if not found or not unit:
                raise ValueError(cls.expects)
            seconds += int(found[1]) * unit
            position = found.end()
        if not seconds:
            raise ValueError(cls.expects)
        return cls(seconds)

    def __str__(self) -> str:
        parts = []
        rest = self.seconds
        for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count}{unit}")
        return " ".join(parts)

    def spoken(self) -> str:
        """The form that GitLab documents for `timeout` and `expire_in`: `1 hour 30 minutes`."""
        names = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
        parts = ((part[:-1], names[part[-1]]) for part in str(self).split())
        return " ".join(f"{count} {name}{'' if count == '1' else 's'}" for count, name in parts)


@dataclass(frozen=True, slots=True, order=True)
class GitLabVersion:
    """A GitLab release: major and minor number; patch and edition do not matter to CI keywords."""

    major: int
    minor: int

    json_type = "string"
    expects = "a GitLab version such as 17.5"
    pattern = r"^\s*v?[0-9]{1,3}\.[0-9]{1,3}([.\-+].*)?\s*$"

    @classmethod
    def parse(cls, text: str) -> GitLabVersion:
        """Read `17.5`, `17.5.2-ee`; ValueError when it is none."""
        found = re.match(r"v?([0-9]{1,3})\.([0-9]{1,3})(?:[.\-+].*)?$", text.strip())
        if not found:
            raise ValueError(cls.expects)
        return cls(int(found[1]), int(found[2]))

    @classmethod
    def known(cls, text: str) -> GitLabVersion | None:
        """The version that a server names, None where it names none that we can read."""
        try:
            return cls.parse(text)
        except ValueError:
            return None

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """A part of something, written `2%` or `0.02`."""

    value: float

    json_type = "string"
    expects = "a share such as 2% or 0.02"
    pattern = r"^\s*[0-9]*\.?[0-9]+\s*%?\s*$"

    @classmethod
    def parse(cls, text: str) -> Share:
        """Read a share; ValueError for anything that is none, or is negative."""
        found = re.fullmatch(r"([0-9]*\.?[0-9]+)\s*(%?)", text.strip())
        if not found:
            raise ValueError(cls.expects)
        return cls(float(found[1]) / (100 if found[2] else 1))

    def __str__(self) -> str:
        return f"{self.value * 100:.10g}%"


@dataclass(frozen=True, slots=True, order=True)
class Percent:
    """A share, written `5%` or `0.5%`; `value` is the number before the sign."""

    value: float

    json_type = "string"
    expects = "a percentage from 0.01% to 100%"
    pattern = r"^\s*[0-9]{1,3}(\.[0-9]{1,2})?\s*%\s*$"

    @classmethod
    def parse(cls, text: str) -> Percent:
        """Read `5%`; ValueError when it is none, zero, or more than the whole."""
        found = re.match(cls.pattern, text)
        value = float(text.replace("%", "")) if found else 0.0
        if not 0 < value <= 100:
            raise ValueError(cls.expects)
        return cls(value)

    @property
    def share(self) -> float:
        """The same as a fraction of 1."""
        return self.value / 100

    def __str__(self) -> str:
        return f"{self.value:g}%"


@dataclass(frozen=True, slots=True)
class Globs:
    """Patterns as in .gitignore; those that start with `!` exclude.

    A path matches when any include and no exclude matches; the order means nothing.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    json_type = "array"
    expects = "a pattern or a list of patterns as in .gitignore"

    @classmethod
    def parse(cls, patterns: tuple[str, ...]) -> Globs:
        """Sort patterns into includes and excludes; ValueError for one that cannot mean what it says."""
        for pattern in patterns:
            bare = pattern.removeprefix("!").strip()
            if not bare:
                raise ValueError("an empty pattern matches nothing")
            if re.search(r"(?<!\\)\{[^}]*,[^}]*\}", bare):
                raise ValueError(f"{quoted(pattern)}: braces are not expanded (as in .gitignore); list each pattern")
            if ".." in bare.split("/"):
                raise ValueError(f"{quoted(pattern)} leads out of the repository; patterns start at its root")
            if matcher_of(bare) is None:
                raise ValueError(f"{quoted(pattern)} matches nothing; is a bracket not closed?")
        include = tuple(p for p in patterns if not p.startswith("!"))
        exclude = tuple(p.removeprefix("!") for p in patterns if p.startswith("!"))
        if exclude and not include:
            raise ValueError('a list of excludes alone matches nothing; put "**" first to mean everything else')
        return cls(include, exclude)

    def __bool__(self) -> bool:
        return bool(self.include)
