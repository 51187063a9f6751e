"""The loss of a training: found in its output or its files, and judged."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable

from mlgitlab.errors import UsageError

# As many values are kept; of more, neighbours are averaged.
_MOST_VALUES = 16384
# A line is looked at so far: a pattern must not take for ever on a line without an end.
_LONGEST_LINE = 4096
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


class Series:
    """The values of a loss in their order, in bounded memory: `count` of them were added.

    Beyond a limit neighbours are averaged, which keeps the means that `fall` compares. A value that is no finite
    number is kept as what it is: `broken` is the place of the first, from 1, or 0.
    """

    def __init__(self, values: Iterable[float] = ()) -> None:
        self.count = 0
        self.broken = 0
        self._width = 1
        self._sum = 0.0
        self._in_sum = 0
        self._means: list[float] = []
        for value in values:
            self.add(value)

    def add(self, value: float) -> None:
        """Take the next value."""
        self.count += 1
        if not math.isfinite(value):
            self.broken = self.broken or self.count
            return
        self._sum += value / self._width
        self._in_sum += 1
        if self._in_sum == self._width:
            self._means.append(self._sum)
            self._sum, self._in_sum = 0.0, 0
        if len(self._means) == _MOST_VALUES:
            pairs = zip(self._means[::2], self._means[1::2], strict=True)
            self._means = [one / 2 + other / 2 for one, other in pairs]
            self._width *= 2

    @property
    def values(self) -> tuple[float, ...]:
        """The finite values, or means of as many neighbours each."""
        rest = (self._sum * self._width / self._in_sum,) if self._in_sum else ()
        return (*self._means, *rest)


def ends(values: tuple[float, ...]) -> tuple[float, float]:
    """The mean of the first third of the values, and of the last; of at least one value each."""
    third = max(1, len(values) // 3)
    return math.fsum(value / third for value in values[:third]), math.fsum(value / third for value in values[-third:])


def fault(series: Series, *, must_fall: bool) -> str:
    """What is wrong with a loss, or nothing.

    No value, or one that is no finite number, is always wrong. Where it must fall, there must be at least two values,
    and the mean of the last third must be below that of the first.
    """
    if not series.count:
        return "no loss was found"
    if series.broken:
        return f"value {series.broken} of the loss is not a finite number"
    if not must_fall:
        return ""
    if series.count < 2:
        return "the loss has one value: whether it falls cannot be told"
    first, last = ends(series.values)
    if last < first:
        return ""
    return f"the loss does not fall: its first third has mean {first:.6g}, its last {last:.6g} ({series.count} values)"


class Watch:
    """Finds the loss in what a training prints, piece by piece; a line ends with a newline or a carriage return.

    echoed: lines that are the command itself, in which `--loss=mse` means nothing.
    """

    def __init__(self, pattern: str, echoed: Iterable[str] = ()) -> None:
        try:
            self._pattern = re.compile(pattern)
        except re.error as error:
            raise UsageError(f"loss.pattern {pattern!r} is no regular expression: {error}") from None
        if self._pattern.groups != 1 and "loss" not in self._pattern.groupindex:
            raise UsageError(
                f"loss.pattern {pattern!r} has {self._pattern.groups} groups",
                "one group must hold the number, or a group named `loss`: loss=([0-9.eE+-]+)",
            )
        self._group: str | int = "loss" if "loss" in self._pattern.groupindex else 1
        self._echoed = frozenset(line.encode("utf-8", "replace")[:_LONGEST_LINE] for line in echoed)
        self._rest = b""
        self.series = Series()

    def feed(self, piece: bytes) -> None:
        """Look at the next piece of output."""
        *lines, rest = re.split(rb"[\r\n]", self._rest + piece)
        self._rest = rest[:_LONGEST_LINE]
        for line in lines:
            self._look(line)

    def finish(self) -> Series:
        """Look at what came after the last end of a line, and say what was found."""
        self._look(self._rest)
        self._rest = b""
        return self.series

    def _look(self, line: bytes) -> None:
        if line[:_LONGEST_LINE] in self._echoed:
            return
        text = _COLOURS.sub("", line[:_LONGEST_LINE].decode("utf-8", "replace"))
        for found in self._pattern.finditer(text):
            number = found[self._group]
            if number is not None:
                self.series.add(_number(number))


def _number(text: str) -> float:
    """The number, NaN where the text is none: what cannot be read must not pass."""
    try:
        return float(text.strip().rstrip(",;"))
    except ValueError:
        return math.nan
