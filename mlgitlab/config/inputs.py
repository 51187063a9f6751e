"""What `inputs` of `mlgitlab.yml` can name: files, keys of files, and variables."""

from __future__ import annotations

import re
from dataclasses import field

from mlgitlab.config.keys import check_key
from mlgitlab.config.scalars import Globs
from mlgitlab.config.wording import quoted
from mlgitlab.frozen import dataclass

# Files that are compared by key; the name of any other file may hold a colon.
_KEYED = re.compile(r"(?P<file>.+\.(?:ya?ml|json|toml)):(?P<key>.*)", re.DOTALL)
_VARIABLE = re.compile(r"\$(?:\{(?P<braced>\w+)\}|(?P<bare>\w+))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Keys:
    """Some keys of the files that a pattern means: `params.yaml:train.*`."""

    files: Globs
    patterns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a step reads. Files count as a whole, `keys` by what changed in them, `variables` by their values."""

    files: Globs = field(default_factory=Globs)
    keys: tuple[Keys, ...] = ()
    variables: tuple[str, ...] = ()

    json_type = "array"
    expects = "a pattern, `FILE:KEY` or `$VARIABLE`, or a list of them"

    @classmethod
    def parse(cls, items: tuple[str, ...]) -> Inputs:
        """Sort the items by what they name; ValueError for one that cannot mean what it says."""
        patterns, variables = [], []
        by_file: dict[str, list[str]] = {}
        for item in items:
            if item.startswith("$"):
                variables.append(_variable(item))
            elif ":" in item and (keyed := _KEYED.fullmatch(item)):
                by_file.setdefault(_file(item, keyed["file"]), []).append(_key(item, keyed["key"]))
            else:
                patterns.append(item)
        keys = (Keys(Globs.parse((file,)), tuple(dict.fromkeys(found))) for file, found in by_file.items())
        return cls(Globs.parse(tuple(patterns)), tuple(keys), tuple(dict.fromkeys(variables)))

    def __bool__(self) -> bool:
        return bool(self.files or self.keys or self.variables)

    def written(self) -> list[str]:
        """The items, as the file could hold them."""
        keyed = [f"{keys.files.include[0]}:{pattern}" for keys in self.keys for pattern in keys.patterns]
        excluded = [f"!{pattern}" for pattern in self.files.exclude]
        return [*self.files.include, *excluded, *keyed, *(f"${name}" for name in self.variables)]


def _variable(item: str) -> str:
    found = _VARIABLE.fullmatch(item)
    if not found:
        raise ValueError(f"{quoted(item)} names no variable: `$NAME` is letters, digits and `_`")
    return found["braced"] or found["bare"]


def _file(item: str, file: str) -> str:
    if file.startswith("!"):
        raise ValueError(f"{quoted(item)}: keys cannot be excluded; name those that count")
    return file


def _key(item: str, key: str) -> str:
    wrong = check_key(key)
    if wrong:
        raise ValueError(f"{quoted(item)}: {wrong}")
    return key
