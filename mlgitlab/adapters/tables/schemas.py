"""Pandera schemas: from YAML for any engine, from Python for the engine they were written for."""

from __future__ import annotations

import datetime as dt
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

from mlgitlab import paths
from mlgitlab.adapters.tables import dtypes
from mlgitlab.config.schema import Engine
from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.jobs.data.validation_yaml import WrittenCheck, WrittenColumn, WrittenSchema, read_schema

_TEMPORAL = ("date", "time")
_TYPES: Mapping[Engine, Callable[[str], Any]] = {
    Engine.POLARS: dtypes.polars_type,
    Engine.PANDAS: dtypes.pandas_type,
    Engine.PYSPARK: dtypes.spark_type,
}
_EXTRAS = {Engine.POLARS: "data", Engine.PANDAS: "pandas", Engine.PYSPARK: "spark"}


def pandera(engine: Engine) -> ModuleType:
    """Import pandera's module for an engine; UsageError that names the extra where it is not installed."""
    import warnings  # noqa: PLC0415 (beside its one use)

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of pandera's own imports
            return importlib.import_module(f"pandera.{engine}")
    except ImportError as error:
        raise UsageError(
            f"validating with {engine} needs pandera and {engine}: {paths.printable(str(error))}",
            f'pip install "mlgitlab[{_EXTRAS[engine]}]"',
        ) from None


def load_schema(path: Path, name: str, member: str, engine: Engine, roots: Iterable[Path]) -> Any:  # noqa: ANN401
    """The schema of a file as pandera's own object, for this engine.

    `name` is what people call the file; `member` names the object in a Python file; `roots` are folders that its
    imports are looked up in. ConfigError or UsageError for what is no schema.
    """
    library = pandera(engine)
    if member or path.suffix == ".py":
        return _from_python(path, name, member, engine, roots)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read the schema {paths.show(name)!r}: {error.strerror}") from None
    return _Builder(library, engine, name).schema(read_schema(content, name))


class _Builder:
    """Makes pandera's objects of a written schema, and notes every part that it cannot make."""

    def __init__(self, library: ModuleType, engine: Engine, file: str) -> None:
        self._library = library
        self._engine = engine
        self._file = file
        self._problems: list[Problem] = []

    def schema(self, written: WrittenSchema) -> Any:  # noqa: ANN401 (pandera has no types)
        columns = {column.name: self._column(column) for column in written.columns}
        checks = [self._check(check, None) for check in written.checks]
        dtype = self._dtype(written.dtype, self._file)
        if self._problems:
            raise ConfigError(tuple(self._problems), where=f"the schema {paths.show(self._file)}")
        return self._library.DataFrameSchema(
            columns=columns,
            checks=checks,
            dtype=dtype,
            coerce=written.coerce,
            strict=written.strict,
            ordered=written.ordered,
            unique=list(written.unique) or None,
            add_missing_columns=written.add_missing_columns,
        )

    def _column(self, written: WrittenColumn) -> Any:  # noqa: ANN401 (pandera has no types)
        dtype = self._dtype(written.dtype, written.where)
        options: dict[str, Any] = {"nullable": written.nullable, "coerce": written.coerce}
        options |= {"required": written.required, "regex": written.regex}
        if self._engine is not Engine.PYSPARK:
            options |= {"unique": written.unique, "default": written.default}
        elif written.unique or written.default is not None:
            hint = "name the column in the schema's own `unique`" if written.unique else "remove it"
            self._fault(written.where, "pyspark's columns know no `unique` and no `default`", hint)
        return self._library.Column(dtype, [self._check(check, dtype) for check in written.checks], **options)

    def _dtype(self, name: str, where: str) -> Any:  # noqa: ANN401 (types of many libraries)
        if not name:
            return None
        try:
            return _TYPES[self._engine](name)
        except dtypes.UnknownTypeError:
            hint = "text is `string`" if name == "object" else "such as int64, float64, string, bool, datetime64[us]"
            self._fault(where, f"{self._engine} has no type that is exactly `{paths.printable(name)}`", hint)
            return None

    def _check(self, written: WrittenCheck, dtype: Any) -> Any:  # noqa: ANN401 (pandera has no types)
        values = {key: _typed(value, dtype) for key, value in written.arguments.items()}
        positional = [values.pop("")] if "" in values else []
        try:
            return getattr(self._library.Check, written.name)(*positional, **values, **written.options)
        except (TypeError, ValueError) as error:
            self._fault(written.where, f"{written.name}: {paths.printable(str(error))}", "are its arguments right?")
            return None

    def _fault(self, where: str, what: str, hint: str = "") -> None:
        self._problems.append(Problem(where=where, what=what, hint=hint))


def _typed(value: object, dtype: Any) -> Any:  # noqa: ANN401 (types of many libraries)
    """A bound of a column of dates or times, which YAML holds as text."""
    if isinstance(value, list):
        return [_typed(each, dtype) for each in value]
    name = str(dtype).lower()
    if not isinstance(value, str) or not any(word in name for word in _TEMPORAL):
        return value
    if name.startswith("date") and not name.startswith("datetime") and "64" not in name:
        return dt.date.fromisoformat(value)
    if name.startswith("time") and "stamp" not in name:
        return dt.time.fromisoformat(value)
    return dt.datetime.fromisoformat(value)


def _from_python(path: Path, name: str, member: str, engine: Engine, roots: Iterable[Path]) -> Any:  # noqa: ANN401
    shown = f"{paths.show(name)}:{paths.show(member)}"
    if not member:
        raise UsageError(f"{paths.show(name)!r} does not say which schema", "write `file.py:object`")
    if not path.is_file():
        raise UsageError(f"there is no schema file {paths.show(name)!r}")
    module = _imported(path, name, roots)
    found = getattr(module, member, None)
    if found is None:
        raise UsageError(f"{paths.show(name)} holds nothing named {paths.show(member)!r}")
    if inspect.isfunction(found):
        found = _ours(found, shown)
    if inspect.isclass(found) and hasattr(found, "to_schema"):
        found = found.to_schema()
    kind = type(found).__module__.split(".")
    if type(found).__name__ != "DataFrameSchema" or kind[0] != "pandera":
        raise UsageError(
            f"{shown} is no pandera schema, but {type(found).__name__}",
            "give a DataFrameSchema, a DataFrameModel, or a function without arguments that returns one",
        )
    if kind[2] != engine:
        raise UsageError(
            f"{shown} is a {kind[2]} schema, and the engine is {engine}",
            f"set `engine: {kind[2]}` (or pass --engine {kind[2]}), or build it with pandera.{engine}",
        )
    return found


def _ours(function: Callable[[], Any], shown: str) -> Any:  # noqa: ANN401 (what the user returns)
    if inspect.signature(function).parameters:
        raise UsageError(f"{shown} is a function with parameters", "give one without")
    try:
        return function()
    except Exception as error:  # noqa: BLE001 (the user's own code may raise anything)
        raise UsageError(f"{shown} fails: {type(error).__name__}: {paths.printable(str(error))}") from None


def _imported(path: Path, name: str, roots: Iterable[Path]) -> ModuleType:
    """The module of a file, imported as Python would with these folders in front of its search path."""
    before = list(sys.path)
    sys.path[:0] = [str(root) for root in (path.parent, *roots)]
    try:
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
    except Exception as error:  # noqa: BLE001 (the user's own code may raise anything)
        what = f"{type(error).__name__}: {paths.printable(str(error))}"
        raise UsageError(f"the schema {paths.show(name)!r} cannot be imported: {what}") from None
    finally:
        sys.path[:] = before
    return module
