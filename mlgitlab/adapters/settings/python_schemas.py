"""Schemas in Python: a pydantic model, or a dataclass, of the project's own code."""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import importlib.util
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any, get_args, get_type_hints

from mlgitlab.config.wording import did_you_mean, quoted
from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.jobs.settings.values import Fault, Place
from mlgitlab.paths import printable, show

_UNKNOWN = frozenset({"extra_forbidden", "unexpected_keyword_argument"})
_MISSING = frozenset({"missing", "missing_argument", "missing_keyword_only_argument"})
_WIDEST = 200


class PythonSchema:
    """A class named `file.py:Name` or `package.module:Name`; `roots` come first on the module path meanwhile.

    The code runs in this process, as pytest would run it; what it prints goes to standard error. ConfigError for code
    that fails, and for what is neither a pydantic model nor a dataclass.
    """

    def __init__(self, name: str, folder: Path, roots: Iterable[str]) -> None:
        try:
            import pydantic  # noqa: PLC0415 (an extra, and slow to import)
        except ImportError:
            raise UsageError("pydantic is not installed", 'pip install "mlgitlab[check]"') from None
        self._name = name
        self._roots = [str(folder / root) for root in roots]
        with self._running():
            found: Any = _load(name, folder)
            is_model = isinstance(found, type) and (
                issubclass(found, pydantic.BaseModel) or dataclasses.is_dataclass(found)
            )
            if not is_model:
                raise self._wrong("neither a pydantic model nor a dataclass")
            self._model: type = found
            for each in _classes(found):
                # A dataclass takes no argument that it does not know; pydantic would pass over one in silence.
                if dataclasses.is_dataclass(each) and not hasattr(each, "__pydantic_config__"):
                    each.__pydantic_config__ = {"extra": "forbid"}  # type: ignore[attr-defined]
            self._adapter: pydantic.TypeAdapter[Any] = pydantic.TypeAdapter(found)

    def faults(self, data: object) -> tuple[Fault, ...]:
        """Everything wrong with the values; ConfigError where the class's own code fails."""
        import pydantic  # noqa: PLC0415 (an extra)

        with self._running():
            try:
                self._adapter.validate_python(data)
            except pydantic.ValidationError as error:
                found = error.errors(include_url=False, include_context=False)
                return tuple(self._fault(each) for each in found)
        return ()

    def _fault(self, error: Mapping[str, Any]) -> Fault:
        place: Place = tuple(error["loc"])
        if error["type"] in _UNKNOWN:
            known = _known(self._model, place[:-1])
            return Fault(place=place, what="unknown key", hint=did_you_mean(str(place[-1]), known))
        if error["type"] in _MISSING:
            return Fault(place=place, what="the key is missing")
        value = error.get("input")
        shown = f"; found {quoted(value) if isinstance(value, str) else value}" if _is_scalar(value) else ""
        return Fault(place=place, what=printable(f"{error['msg']}{shown}"[:_WIDEST]))

    @contextlib.contextmanager
    def _running(self) -> Iterator[None]:
        """The project's code at work: its module path, its output, its failures."""
        before = list(sys.path)
        sys.path[:0] = self._roots
        try:
            with contextlib.redirect_stdout(sys.stderr):
                yield
        except (UsageError, KeyboardInterrupt):  # our own words, and the user's ^C
            raise
        except BaseException as error:  # noqa: BLE001 (somebody else's code may raise anything, SystemExit too)
            raise self._wrong(f"the code fails{_place(error)}: {type(error).__name__}: {error}") from None
        finally:
            sys.path[:] = before

    def _wrong(self, what: str) -> ConfigError:
        return ConfigError((Problem(where=show(self._name), what=printable(what)),), where="a schema")


def _place(error: BaseException) -> str:
    """Where the innermost line that failed is, unless that is the machinery of imports."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith("<")]
    last = frames[-1] if frames else None
    return "" if last is None or last.filename == __file__ else f" in {last.filename}:{last.lineno}"


def _load(name: str, folder: Path) -> object:
    place, _, attribute = name.rpartition(":")
    module = _file_module(folder / place) if place.endswith(".py") else importlib.import_module(place)
    if not hasattr(module, attribute):
        known = [each for each, value in vars(module).items() if isinstance(value, type)]
        problem = Problem(
            where=show(name), what=f"there is no {quoted(attribute)}", hint=did_you_mean(attribute, known)
        )
        raise ConfigError((problem,), where="a schema")
    return getattr(module, attribute)


def _file_module(path: Path) -> ModuleType:
    """The file as a module; its folder is on the path, as when Python runs it."""
    name = f"mlgitlab_schema_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look up their annotations there
    sys.path.insert(0, str(path.parent))
    spec.loader.exec_module(module)
    return module


def _classes(found: type) -> list[type]:
    """The class, and the models and dataclasses in its annotations, each once."""
    every: list[type] = []
    waiting: list[object] = [found]
    while waiting:
        each = waiting.pop()
        waiting += get_args(each)
        if isinstance(each, type) and each not in every and _fields(each) is not None:
            every.append(each)
            waiting += get_type_hints(each).values()
    return every


def _fields(each: type) -> Mapping[str, str] | None:
    """The names of a model's fields as a file writes them, and the attributes they become; None for another class."""
    fields = getattr(each, "model_fields", None)
    if isinstance(fields, Mapping):
        return {field.alias or name: name for name, field in fields.items()}
    return {field.name: field.name for field in dataclasses.fields(each)} if dataclasses.is_dataclass(each) else None


def _known(model: type, place: Place) -> list[str]:
    """The keys that the model knows at a place; none where that cannot be told."""
    here = [model]
    for part in place:
        if isinstance(part, int):
            continue
        inner = [
            get_type_hints(each)[attribute]
            for each in here
            for name, attribute in (_fields(each) or {}).items()
            if name == part
        ]
        here = [each for hint in inner for each in _models_in(hint)] or here
    return sorted({name for each in here for name in _fields(each) or {}})


def _models_in(hint: object) -> list[type]:
    if isinstance(hint, type) and _fields(hint) is not None:
        return [hint]
    return [each for argument in get_args(hint) for each in _models_in(argument)]


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float | bool)
