"""Variables put into the texts of a dvc.yaml: `${a.b}`."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping

from mlgitlab.analysis.dvc.library import Budget
from mlgitlab.analysis.dvc.scope import Scope
from mlgitlab.analysis.dvc.values import Scalar, UnresolvedError, Value, shown


def expressions(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Start, end and content of every `${...}` that lies on one line and is not escaped as `\${`."""
    position, close = 0, -1
    while (start := text.find("${", position)) >= 0:
        position = start + 2
        if start and text[start - 1] == "\\":
            continue
        if close < position:
            close = text.find("}", position)
        if close < 0:
            return
        line_end = text.find("\n", position, close)
        if line_end >= 0:
            position = line_end + 1  # no `${` before the line's end has its brace on the line
            continue
        yield start, close + 1, text[position:close]
        position = close + 1


def is_one_expression(value: Value) -> bool:
    """Whether a text is one expression and nothing else, and so stands for a value of any type."""
    if not isinstance(value, str):
        return False
    found = next(expressions(value), None)
    return found is not None and found[:2] == (0, len(value))


def is_template(value: Value) -> bool:
    """Whether any text in the value holds an expression."""
    match value:
        case str():
            return next(expressions(value), None) is not None
        case list():
            return any(is_template(item) for item in value)
        case dict():
            return any(is_template(key) or is_template(item) for key, item in value.items())
        case _:
            return False


def spelled(value: Scalar) -> str:
    """A value as DVC writes it into a text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


class Resolver:
    """Puts one scope's variables into values. `used` gathers the keys of files that took part."""

    def __init__(self, scope: Scope, budget: Budget) -> None:
        self.scope = scope
        self.used: set[str] = set()
        self._budget = budget

    def resolve(self, value: Value, *, any_type: bool = False, flags: bool = False) -> Value:
        """The value with every expression replaced. Raises UnresolvedError.

        any_type: a text that is one expression may stand for a list or a mapping.
        flags: a mapping may stand in a text, as options of a command line.
        """
        self._budget.spend(1)
        match value:
            case str():
                return self._text(value, any_type=any_type, flags=flags)
            case list():
                return [self.resolve(item, any_type=any_type, flags=flags) for item in value]
            case dict():
                return {
                    self._key(key): self.resolve(item, any_type=any_type, flags=flags) for key, item in value.items()
                }
            case _:
                return value

    def _key(self, key: Scalar) -> Scalar:
        if not isinstance(key, str):
            return key
        resolved = self._text(key, any_type=False, flags=False)
        if not isinstance(resolved, str):
            raise UnresolvedError(f"the key {shown(key)} becomes something else than text")
        return resolved

    def _text(self, text: str, *, any_type: bool, flags: bool) -> Value:
        self._budget.spend(len(text))
        parts: list[str] = []
        position = 0
        for start, end, expression in expressions(text):
            value = self._select(expression)
            is_all = (start, end) == (0, len(text))
            if is_all and (any_type or not isinstance(value, (list, dict))):
                return value
            if isinstance(value, list) or (isinstance(value, dict) and (is_all or not flags)):
                raise UnresolvedError(f"${{{shown(expression)}}} is a list or a mapping, where a text is wanted")
            written = self._as_flags(value) if isinstance(value, dict) else spelled(value)
            self._budget.spend(len(written))
            parts += [text[position:start], written]
            position = end
        return "".join((*parts, text[position:])).replace("\\${", "${")

    def _select(self, expression: str) -> Value:
        value, key = self.scope.select(expression)
        self.used.add(key)
        return value

    def _as_flags(self, table: Mapping[Scalar, Value]) -> str:
        return " ".join(self._flags(table, ""))

    def _flags(self, table: Mapping[Scalar, Value], prefix: str) -> Iterator[str]:
        """`--key value` for each leaf, as DVC does without settings under `parsing` of .dvc/config."""
        for key, value in table.items():
            name = f"{prefix}{key}"
            self._budget.spend(len(name) + 1)
            if isinstance(value, dict):
                yield from self._flags(value, f"{name}.")
            elif isinstance(value, list):
                yield from (f"--{name}", *map(self._word, value)) if value else ()
            elif not isinstance(value, bool):
                yield from (f"--{name}", self._word(value))
            elif value:
                yield f"--{name}"

    def _word(self, value: Value) -> str:
        if isinstance(value, (list, dict)):
            raise UnresolvedError("a list in a list cannot become options of a command line")
        self._budget.spend(len(value) if isinstance(value, str) else 1)
        return shlex.quote(value) if isinstance(value, str) else str(value)
