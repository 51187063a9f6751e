"""Frozen dataclasses that are quick to make: `dataclass` comes from here, all else from `dataclasses`.

The standard library writes and compiles six functions for each class. For the hundred classes of a run that is a third
of the time that it takes to start. Here all classes share what compares, hashes and prints, and an initialiser is
compiled when a second instance is made. `fields`, `replace`, `is_dataclass`, `match` and `copy` work as there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, FrozenInstanceError
from operator import attrgetter, ge, gt, le, lt
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

Class = type[Any]
# By field: its annotation, and its default, `field(...)` or MISSING.
Spec = Mapping[str, tuple[str, Any]]

_SPEC = "__frozen_spec__"
_FIELDS = "__dataclass_fields__"
_OF_INSTANCES = ("__dict__", "__weakref__")


def _frozen(cls: Class, *, slots: bool, kw_only: bool, order: bool) -> Class:
    """The class with the methods of a dataclass; with `slots` another one of the same name, as there."""
    inherited: dict[str, tuple[str, Any]] = {}
    for base in reversed(cls.__bases__):
        assert hasattr(base, _SPEC) or not hasattr(base, _FIELDS), f"{base} is a dataclass of the standard library"
        inherited |= getattr(base, _SPEC, {})
    own = {
        name: (annotation, cls.__dict__.get(name, MISSING))
        for name, annotation in cls.__annotations__.items()
        if not annotation.startswith("ClassVar")
    }
    spec = {**inherited, **own}
    # Python writes None for the `__hash__` that a class loses with its own `__eq__`.
    methods = {name: value for name, value in _shared(spec, order=order).items() if cls.__dict__.get(name) is None}
    given: dict[str, Any] = {_SPEC: spec, _FIELDS: _Fields(), "__init__": _first_init(spec, kw_only=kw_only), **methods}
    given["__match_args__"] = () if kw_only else tuple(spec)
    kept = {name: value for name, value in cls.__dict__.items() if name not in own and name not in _OF_INSTANCES}
    if slots:
        given["__slots__"] = tuple(name for name in own if name not in inherited)
    metaclass: Any = type(cls)
    made: Class = metaclass(cls.__name__, cls.__bases__, {**kept, **given})
    made.__qualname__ = cls.__qualname__
    return made


def _shared(spec: Spec, *, order: bool) -> dict[str, object]:
    """The methods that need no code of their own."""
    compared = [name for name, (_, default) in spec.items() if not isinstance(default, Field) or default.compare]
    key: Callable[[object], object] = attrgetter(*compared) if compared else lambda _: ()

    def equals(self: object, other: object) -> bool:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def comparing(by: Callable[[Any, Any], bool]) -> Callable[[object, object], bool]:
        return lambda self, other: by(key(self), key(other)) if other.__class__ is self.__class__ else NotImplemented

    found: dict[str, object] = {
        "__eq__": equals,
        "__hash__": lambda self: hash(key(self)),
        "__repr__": _shown,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__getstate__": _state,
        "__setstate__": _restore,
        "__dataclass_params__": SimpleNamespace(frozen=True),  # for classes of the standard library's that inherit
    }
    return {**found, **{f"__{by.__name__}__": comparing(by) for by in (lt, le, gt, ge)}} if order else found


def _shown(self: object) -> str:
    spec: Spec = getattr(self, _SPEC)
    names = (name for name, (_, default) in spec.items() if not isinstance(default, Field) or default.repr)
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse(_: object, name: str, *value: object) -> None:
    raise FrozenInstanceError(f"cannot {'assign to' if value else 'delete'} field {name!r}")


def _state(self: object) -> list[object]:
    return [getattr(self, name) for name in getattr(self, _SPEC)]


def _restore(self: object, state: list[object]) -> None:
    for name, value in zip(getattr(self, _SPEC), state, strict=True):
        object.__setattr__(self, name, value)


class _Fields:
    """Stands for `__dataclass_fields__` until somebody asks: then the standard library makes it, and no methods."""

    def __get__(self, _: object, owner: Class) -> Mapping[str, Field[Any]]:
        from dataclasses import dataclass  # noqa: PLC0415 (the name means another one here)

        spec: Spec = getattr(owner, _SPEC)
        namespace: dict[str, Any] = {name: default for name, (_, default) in spec.items() if default is not MISSING}
        namespace["__annotations__"] = {name: annotation for name, (annotation, _) in spec.items()}
        namespace |= {"__doc__": owner.__name__, "__module__": owner.__module__}
        # Keyword-only in any case: the order of those with a default and those without says nothing here.
        twin: Class = type(owner.__name__, (), namespace)
        made = dataclass(init=False, repr=False, eq=False, kw_only=True)(twin)
        found: Mapping[str, Field[Any]] = getattr(made, _FIELDS)
        setattr(owner, _FIELDS, found)
        return found


def _first_init(spec: Spec, *, kw_only: bool) -> Callable[..., None]:
    """The initialiser of the first instance; a second one is worth compiling what takes its place."""
    is_first = True

    def init(self: object, *args: object, **kwargs: object) -> None:
        nonlocal is_first
        if is_first and not args and _initialise(self, spec, kwargs):
            is_first = False
            return
        # A subclass with an initialiser of its own may call this one.
        owner: Any = next(cls for cls in type(self).__mro__ if cls.__dict__.get("__init__") is init)
        owner.__init__ = compiled = _init(owner, spec, kw_only=kw_only)
        compiled(self, *args, **kwargs)

    return init


def _initialise(self: object, spec: Spec, given: Mapping[str, object]) -> bool:
    """Set every field from what is given or its default; False, with nothing said, where that is not possible."""
    if not given.keys() <= spec.keys():
        return False
    for name, (_, default) in spec.items():
        value = given.get(name, default)
        if name not in given and isinstance(default, Field):
            value = default.default if default.default_factory is MISSING else default.default_factory()
        if value is MISSING:
            return False
        object.__setattr__(self, name, value)
    return True


def _init(owner: Class, spec: Spec, *, kw_only: bool) -> Callable[..., None]:
    """The initialiser: `def __init__(self, *, a, b=default): set_a(self, a)` and so on."""
    known: dict[str, Any] = {"UNSET": MISSING}
    arguments = ["self", *(["*"] if kw_only and spec else [])]
    body: list[str] = []
    for name, (_, default) in spec.items():
        value, factory = (
            (default.default, default.default_factory) if isinstance(default, Field) else (default, MISSING)
        )
        known[f"set_{name}"], known[f"default_{name}"], known[f"make_{name}"] = _setter(owner, name), value, factory
        if factory is not MISSING:
            arguments.append(f"{name}=UNSET")
            body.append(f"set_{name}(self, make_{name}() if {name} is UNSET else {name})")
        else:
            arguments.append(name if value is MISSING else f"{name}=default_{name}")
            body.append(f"set_{name}(self, {name})")
    exec(f"def __init__({', '.join(arguments)}):\n  {'; '.join(body) or 'pass'}", known)  # noqa: S102 (names of fields)
    made: Callable[..., None] = known["__init__"]
    made.__qualname__ = f"{owner.__qualname__}.__init__"
    return made


def _setter(owner: Class, name: str) -> Callable[[object, object], None]:
    slot: Any = getattr(owner, name, None)
    if hasattr(slot, "__set__"):
        setter: Callable[[object, object], None] = slot.__set__
        return setter
    return lambda self, value: object.__setattr__(self, name, value)


if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 (handed on)
else:

    def dataclass(**options: bool) -> Callable[[Class], Class]:
        """As in the standard library, for classes that are frozen: `frozen`, `slots`, `kw_only`, `order`."""
        assert options.pop("frozen")
        return lambda cls: _frozen(cls, **{"slots": False, "kw_only": False, "order": False, **options})
