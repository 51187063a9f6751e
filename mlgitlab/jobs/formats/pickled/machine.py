"""Follows a pickle as an unpickler would, with values of which little is known, and refuses what it cannot follow.

The opcodes' meaning: pickle.py and _pickle.c of CPython. Only what was imported by name may be called; what a call
gave may be changed, but not called, and an import may not be changed.
"""

from __future__ import annotations

import _compat_pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from mlgitlab.jobs.formats.pickled.opcodes import Opcode, following
from mlgitlab.jobs.formats.pickled.source import Source, UnfollowedError
from mlgitlab.jobs.formats.pickled.stack import Stack
from mlgitlab.jobs.formats.pickled.values import DATA, HOLDER, Made, Name, Stored, Table, Value

_MOST_OPCODES = 10_000_000
_MOST_VALUES = 1_000_000  # on the stack, and in the memo
_MOST_NAMES = 10_000
_MOST_KEPT = 64  # values that one is made of; of larger ones nothing is known
_MOST_ENTRIES = 64
_PYTHON_2 = 3  # pickles of earlier protocols name things as Python 2 did
_NEWEST = 5


_PLAIN = frozenset({
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "STRING", "BINSTRING", "SHORT_BINSTRING",
    "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "NONE", "NEWTRUE", "NEWFALSE", "UNICODE", "SHORT_BINUNICODE",
    "BINUNICODE", "BINUNICODE8", "FLOAT", "BINFLOAT",
})  # fmt: skip
_TUPLES = {"EMPTY_TUPLE": 0, "TUPLE1": 1, "TUPLE2": 2, "TUPLE3": 3}
_WHY = {
    **dict.fromkeys(("EXT1", "EXT2", "EXT4"), "it imports by a number that only the loader's registry knows"),
    **dict.fromkeys(("NEXT_BUFFER", "READONLY_BUFFER"), "it takes a buffer from outside"),
}


@dataclass(kw_only=True)
class Hooks:
    """What readers of a format add.

    called: told of every call. built: called when a made thing gets its state; what it returns takes its place.
    """

    called: Callable[[Made], None] = lambda _made: None
    built: Callable[[Made, Value, Machine], Value] = lambda made, _state, _machine: made


@dataclass(kw_only=True)
class Machine:
    """The stack, the memo, and what was found: all `names` that are imported, all persistent ids."""

    source: Source
    hooks: Hooks = field(default_factory=Hooks)
    names: set[Name] = field(default_factory=set)
    stored: set[Value] = field(default_factory=set)
    frame_end: int = 0
    _stack: Stack = field(default_factory=Stack)
    _memo: dict[int, Value] = field(default_factory=dict)
    _protocol: int = 0
    _steps: int = 0

    def run(self) -> Value:
        """Go to the STOP; what the pickle makes. The stack and the memo begin empty, as a new unpickler's."""
        self._stack, self._memo, self._protocol = Stack(), {}, 0
        self.frame_end = 0
        while True:
            self._steps += 1
            if self._steps > _MOST_OPCODES:
                raise UnfollowedError(f"more than {_MOST_OPCODES} opcodes cannot be followed")
            begun = self.source.tell()
            opcode = following(self.source)
            # There Python's two unpicklers differ: the one in C forgets the part of a line that was in the frame.
            if begun < self.frame_end < self.source.tell():
                raise UnfollowedError("an opcode reaches over the end of a frame")
            if opcode.name == "STOP":
                return self._stack.pop()
            self._do(opcode)
            if len(self._stack) > _MOST_VALUES or len(self._memo) > _MOST_VALUES:
                raise UnfollowedError(f"more than {_MOST_VALUES} values at once cannot be followed")

    # Opcodes

    def _do(self, opcode: Opcode) -> None:
        if opcode.name in _PLAIN:
            self._stack.push(_known(opcode))
        elif opcode.name in self._ACTIONS:
            self._ACTIONS[opcode.name](self, opcode)
        else:
            raise UnfollowedError(_WHY.get(opcode.name, f"the opcode {opcode.name} cannot be followed"))

    def _proto(self, opcode: Opcode) -> None:
        self._protocol = _int(opcode)
        if self._protocol > _NEWEST:
            raise UnfollowedError(f"protocol {self._protocol} does not exist")

    def _frame(self, opcode: Opcode) -> None:
        if self.source.tell() < self.frame_end:
            raise UnfollowedError("a frame begins within another")
        self.frame_end = self.source.tell() + _int(opcode)

    def _mark(self, _opcode: Opcode) -> None:
        self._stack.mark()

    def _drop(self, _opcode: Opcode) -> None:
        self._stack.drop()

    def _drop_items(self, _opcode: Opcode) -> None:
        self._stack.items()

    def _again(self, _opcode: Opcode) -> None:
        self._stack.push(self._stack.top())

    def _keep(self, opcode: Opcode) -> None:
        place = len(self._memo) if opcode.name == "MEMOIZE" else _int(opcode)
        self._memo[place] = self._stack.top()

    def _get(self, opcode: Opcode) -> None:
        if (place := _int(opcode)) not in self._memo:
            raise UnfollowedError("it takes from its memo what it never put there")
        self._stack.push(self._memo[place])

    def _tuple(self, opcode: Opcode) -> None:
        count = _TUPLES.get(opcode.name)
        items = self._stack.items() if count is None else [self._stack.pop() for _ in range(count)][::-1]
        small = len(items) <= _MOST_KEPT and sum(map(_size, items)) <= _MOST_KEPT
        self._stack.push(tuple(items) if small else DATA)

    def _holder(self, opcode: Opcode) -> None:
        if opcode.name in ("LIST", "FROZENSET"):
            self._stack.items()
        self._stack.push(HOLDER)

    def _table(self, opcode: Opcode) -> None:
        table = Table()
        if opcode.name == "DICT":
            _fill(table, self._stack.items())
        self._stack.push(table)

    def _set_items(self, opcode: Opcode) -> None:
        items = self._stack.items() if opcode.name == "SETITEMS" else [self._stack.pop(), self._stack.pop()][::-1]
        target = self._changed()
        if isinstance(target, Table):
            _fill(target, items)

    def _add(self, opcode: Opcode) -> None:
        if opcode.name == "APPEND":
            self._stack.pop()
        else:
            self._stack.items()
        self._changed()

    def _changed(self) -> Value:
        """What is on top, if a pickle may put something into it."""
        target = self._stack.top()
        if not isinstance(target, Made | Table) and target is not HOLDER:
            raise UnfollowedError(f"it changes {_spoken(target)}")
        return target

    # Imports and calls

    def _import(self, module: Value, name: Value) -> Name:
        if not isinstance(module, str) or not isinstance(name, str):
            raise UnfollowedError("the name of what it imports is not a text that stands in it")
        if self._protocol < _PYTHON_2:
            module, name = _as_python_3(module, name)
        found = Name(module, name)
        self.names.add(found)
        if len(self.names) > _MOST_NAMES:
            raise UnfollowedError(f"it imports more than {_MOST_NAMES} names")
        return found

    def _global(self, opcode: Opcode) -> None:
        assert isinstance(opcode.argument, tuple)
        self._stack.push(self._import(*opcode.argument))

    def _stack_global(self, _opcode: Opcode) -> None:
        name, module = self._stack.pop(), self._stack.pop()
        self._stack.push(self._import(module, name))

    def _call(self, opcode: Opcode) -> None:
        """REDUCE, NEWOBJ, NEWOBJ_EX: what is called lies under its arguments."""
        if opcode.name == "NEWOBJ_EX":
            self._stack.pop()
        given = self._stack.pop()
        made = _made(self._stack.pop(), given)
        self.hooks.called(made)
        self._stack.push(made)

    def _inst(self, opcode: Opcode) -> None:
        assert isinstance(opcode.argument, tuple)
        self._stack.items()
        self._stack.push(_made(self._import(*opcode.argument), DATA))

    def _obj(self, _opcode: Opcode) -> None:
        items = self._stack.items()
        if not items:
            raise UnfollowedError("it takes a value where there is none")
        self._stack.push(_made(items[0], DATA))

    def _build(self, _opcode: Opcode) -> None:
        state, target = self._stack.pop(), self._stack.pop()
        if not isinstance(target, Made):
            raise UnfollowedError(f"it changes {_spoken(target)}")
        self._stack.push(self.hooks.built(target, state, self))

    def _persistent(self, opcode: Opcode) -> None:
        given = opcode.argument if opcode.name == "PERSID" else self._stack.pop()
        if not isinstance(given, tuple) or not all(map(_is_plain, given)):
            raise UnfollowedError("it has a persistent id that is none of a tensor's")
        self.stored.add(given)
        if len(self.stored) > _MOST_VALUES:
            raise UnfollowedError(f"more than {_MOST_VALUES} tensors cannot be followed")
        self._stack.push(Stored(given))

    _ACTIONS: ClassVar[Mapping[str, Callable[[Machine, Opcode], None]]] = {
        "PROTO": _proto, "FRAME": _frame, "MARK": _mark, "POP": _drop, "POP_MARK": _drop_items, "DUP": _again,
        "PUT": _keep, "BINPUT": _keep, "LONG_BINPUT": _keep, "MEMOIZE": _keep,
        "GET": _get, "BINGET": _get, "LONG_BINGET": _get,
        "TUPLE": _tuple, "EMPTY_TUPLE": _tuple, "TUPLE1": _tuple, "TUPLE2": _tuple, "TUPLE3": _tuple,
        "EMPTY_LIST": _holder, "EMPTY_SET": _holder, "BYTEARRAY8": _holder, "LIST": _holder, "FROZENSET": _holder,
        "EMPTY_DICT": _table, "DICT": _table, "SETITEM": _set_items, "SETITEMS": _set_items,
        "APPEND": _add, "APPENDS": _add, "ADDITEMS": _add,
        "GLOBAL": _global, "STACK_GLOBAL": _stack_global, "REDUCE": _call, "NEWOBJ": _call, "NEWOBJ_EX": _call,
        "INST": _inst, "OBJ": _obj, "BUILD": _build, "PERSID": _persistent, "BINPERSID": _persistent,
    }  # fmt: skip


def _int(opcode: Opcode) -> int:
    if isinstance(opcode.argument, str) and opcode.argument.isdecimal() and len(opcode.argument) < 20:
        return int(opcode.argument)
    if not isinstance(opcode.argument, int):
        raise UnfollowedError(f"{opcode.name} needs a number")
    return opcode.argument


def _known(opcode: Opcode) -> Value:
    found = opcode.argument
    return found if isinstance(found, int | str) else None if opcode.name == "NONE" else DATA


def _made(called: Value, given: Value) -> Made:
    if not isinstance(called, Name):
        raise UnfollowedError(f"it calls {_spoken(called)}")
    return Made(called, given if _size(given) < _MOST_KEPT else DATA)


def _spoken(value: Value) -> str:
    match value:
        case Name():
            return f"{value}, which it imports"
        case Made():
            return f"what a call of {value.by} gave"
        case _:
            return "something that was not imported by name"


def _size(value: Value) -> int:
    """How many values it is made of, what lies in a table not counted. No kept value has more than `_MOST_KEPT`."""
    if isinstance(value, tuple):
        return 1 + sum(map(_size, value))
    return 1 + _size(value.given) if isinstance(value, Made) else 1


def _is_plain(value: Value) -> bool:
    return all(map(_is_plain, value)) if isinstance(value, tuple) else isinstance(value, int | str | Name | None)


def _fill(table: Table, items: list[Value]) -> None:
    if len(items) % 2:
        raise UnfollowedError("a dictionary's last key has no value")
    for key, value in zip(items[::2], items[1::2], strict=True):
        if isinstance(key, str) and (key in table.entries or len(table.entries) < _MOST_ENTRIES):
            table.entries[key] = value
        elif isinstance(key, str | Made):  # what was made may pass itself off as a text
            table.lost = True


def _as_python_3(module: str, name: str) -> tuple[str, str]:
    """As `Unpickler.find_class` maps what Python 2 named."""
    if (module, name) in _compat_pickle.NAME_MAPPING:
        return _compat_pickle.NAME_MAPPING[module, name]
    return _compat_pickle.IMPORT_MAPPING.get(module, module), name
