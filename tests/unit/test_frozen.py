"""Our frozen dataclasses are those of the standard library, as far as anybody can see."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from functools import cached_property
from typing import Any, ClassVar

import pytest

from mlgitlab.frozen import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Ours:
    """A value with every kind of field."""

    kind: ClassVar[str] = "ours"

    name: str
    size: int = 3
    tags: list[str] = field(default_factory=list, metadata={"doc": "Tags."})
    note: str = field(default="", compare=False)
    secret: str = field(default="s", repr=False)


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Theirs:
    """The same by the standard library."""

    kind: ClassVar[str] = "ours"

    name: str
    size: int = 3
    tags: list[str] = field(default_factory=list, metadata={"doc": "Tags."})
    note: str = field(default="", compare=False)
    secret: str = field(default="s", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Child(Ours):
    """One more field, and another default."""

    more: int = 0
    size: int = 4


@dataclass(frozen=True, slots=True)
class Pair:  # noqa: PLW1641 (that is what the test is about)
    """Positional."""

    left: int
    right: int = 2

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Pair) and self.left == other.left


@dataclass(frozen=True, kw_only=True)
class Open:
    """Without slots, so that it can remember."""

    size: int = 2

    @cached_property
    def double(self) -> int:
        return self.size * 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Nothing."""


@pytest.mark.parametrize(
    "values",
    [{"name": "a"}, {"name": "a", "size": 1}, {"name": "b", "tags": ["x"], "note": "n"}, {"name": "a", "secret": "t"}],
)
def test_values_print_compare_and_copy_as_those_of_the_standard_library(values: dict[str, Any]) -> None:
    ours, theirs = Ours(**values), Theirs(**values)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert dataclasses.asdict(ours) == dataclasses.asdict(theirs)
    assert copy.deepcopy(ours) == ours == copy.copy(ours)
    assert pickle.loads(pickle.dumps(ours)) == ours
    assert (Ours(name="a") == ours) is (Theirs(name="a") == theirs)
    assert (Ours(name="a") <= ours) is (Theirs(name="a") <= theirs)
    assert (ours < Ours(name="a")) is (theirs < Theirs(name="a"))


def test_a_field_that_takes_no_part_in_comparisons_takes_none_in_hashes() -> None:
    first, second = (Ours(name="a", tags=(), note=note) for note in ("x", "y"))  # type: ignore[arg-type] # hashable
    assert first == second
    assert hash(first) == hash(second)


def test_fields_are_those_of_the_standard_library() -> None:
    def told(kind: Any) -> list[tuple[object, ...]]:
        return [(f.name, f.type, f.default, f.default_factory, f.compare, f.repr, f.metadata) for f in fields(kind)]

    assert told(Ours) == told(Theirs)
    assert [f.name for f in fields(Child)] == ["name", "size", "tags", "note", "secret", "more"]
    assert is_dataclass(Ours)
    assert not is_dataclass(int)


def test_replacing_makes_another_value() -> None:
    ours = Ours(name="a", tags=["x"])
    assert replace(ours, size=9) == Ours(name="a", tags=["x"], size=9)
    assert ours.size == 3
    assert replace(Child(name="c"), more=2).more == 2


@pytest.mark.parametrize("make", [lambda: Ours(name="a"), lambda: Pair(1), Open, Empty])
def test_nothing_can_be_assigned_or_deleted(make: Callable[[], Any]) -> None:
    value = make()
    with pytest.raises(FrozenInstanceError):
        value.size = 1
    with pytest.raises(FrozenInstanceError):
        value.other = 1
    with pytest.raises(FrozenInstanceError):
        del value.size


def test_missing_and_unknown_arguments_are_errors() -> None:
    with pytest.raises(TypeError, match="name"):
        Ours()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="colour"):
        Ours(name="a", colour="red")  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Ours("a")  # type: ignore[call-arg]


def test_a_child_has_its_own_defaults_and_equals_no_parent() -> None:
    assert (Child(name="a").size, Child(name="a").kind, Child(name="a").more) == (4, "ours", 0)
    assert Child(name="a", size=3) != Ours(name="a")


def test_what_a_class_defines_itself_stays() -> None:
    assert Pair(1, 5) == Pair(1, 6)
    assert isinstance(hash(Pair(1)), int)


def test_positional_fields_can_be_matched_and_keywords_cannot() -> None:
    match Pair(1):
        case Pair(left, right):
            assert (left, right) == (1, 2)
    assert Ours.__match_args__ == Theirs.__match_args__ == ()


def test_slots_hold_the_fields_and_nothing_else() -> None:
    assert not hasattr(Ours(name="a"), "__dict__")
    assert not hasattr(Child(name="a"), "__dict__")
    assert Open().double == Open().double == 4


def test_each_instance_has_a_default_of_its_own_where_a_factory_makes_it() -> None:
    assert Ours(name="a").tags is not Ours(name="a").tags


def test_the_other_way_round_is_refused() -> None:
    with pytest.raises(AssertionError, match="standard library"):

        @dataclass(frozen=True, slots=True, kw_only=True)
        class Grandchild(Theirs):
            last: int = 1


def test_a_class_of_the_standard_library_may_inherit() -> None:
    @dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
    class Grandchild(Ours):
        last: int = 1

    assert Grandchild(name="g").last == 1
    assert [f.name for f in fields(Grandchild)][-1] == "last"
