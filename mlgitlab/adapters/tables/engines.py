"""polars and pandas behind one interface: a frame in the types of a schema, and what pandera says of it."""

from __future__ import annotations

import importlib
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from mlgitlab.adapters.tables.casting import Written, fit
from mlgitlab.adapters.tables.violations import Violation, violations
from mlgitlab.config.schema import Engine
from mlgitlab.errors import RefusedError

if TYPE_CHECKING:
    import polars as pl

Schema = Any  # pandera has no types


@dataclass(frozen=True, slots=True, kw_only=True)
class Fitted:
    """A frame as the engine has it, the same rows as polars has them, and the rows whose value has another type."""

    native: Any
    frame: pl.DataFrame
    misfits: Mapping[str, Sequence[int]] = field(default_factory=dict)


class FrameEngine(Protocol):
    """What the library that runs the checks does with some rows."""

    def fitted(self, frame: pl.DataFrame, columns: Mapping[str, Any], written: Mapping[str, Written]) -> Fitted:
        """The rows in the types of the schema's columns, as far as their values allow."""
        ...

    def violations(self, schema: Schema, native: Any) -> Iterator[Violation]:  # noqa: ANN401
        """Everything that pandera finds wrong with a frame."""
        ...

    def joined(self, natives: Sequence[Any]) -> Any:  # noqa: ANN401
        """Frames one below the other."""
        ...


def prove(engine: FrameEngine, kind: Engine) -> None:
    """Show that a wrong value is refused here, now, before its absence is believed; RefusedError where it is not."""
    import polars as pl  # noqa: PLC0415 (heavy, and an extra)

    library = importlib.import_module(f"pandera.{kind}")
    schema = library.DataFrameSchema({"number": library.Column(checks=library.Check.ge(0))})
    frame = pl.DataFrame({"number": [1, -1]})
    found = list(engine.violations(schema, frame.to_pandas() if kind is Engine.PANDAS else frame))
    if [list(each.rows or ()) for each in found] != [[1]]:
        raise RefusedError(
            "pandera let a value pass that is wrong, so nothing it says can be believed",
            "does something in the schema's module change pandera?",
        )


def _validated(schema: Schema, native: Any, height: int) -> Iterator[Violation]:  # noqa: ANN401
    """Run pandera at its full depth, whatever a module has set; warnings are none of a terminal's business."""
    from pandera.config import ValidationDepth, config_context  # noqa: PLC0415 (heavy, and an extra)
    from pandera.errors import SchemaErrors  # noqa: PLC0415

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
                schema.validate(native, lazy=True)
        except SchemaErrors as errors:
            yield from violations(errors, height)


class PolarsEngine:
    """Checks by polars. Frames are never lazy: of a lazy one pandera looks at the types alone."""

    def fitted(self, frame: pl.DataFrame, columns: Mapping[str, Any], written: Mapping[str, Written]) -> Fitted:
        """See FrameEngine."""
        misfits: dict[str, list[int]] = {}
        changed = []
        for name in frame.columns:
            column = columns.get(name)
            dtype = _polars_dtype(column)
            if column is not None and dtype is not None:
                series, wrong = fit(frame[name], dtype, written[name], coerce=column.coerce)
                changed.append(series)
                if wrong:
                    misfits[name] = wrong
        ready = frame.with_columns(changed)
        return Fitted(native=ready, frame=ready, misfits=misfits)

    def violations(self, schema: Schema, native: Any) -> Iterator[Violation]:  # noqa: ANN401
        """See FrameEngine."""
        return _validated(schema, native, len(native))

    def joined(self, natives: Sequence[Any]) -> Any:  # noqa: ANN401
        """See FrameEngine."""
        import polars as pl  # noqa: PLC0415 (heavy, and an extra)

        return pl.concat(natives, how="vertical_relaxed")


def _polars_dtype(column: Any) -> pl.DataType | None:  # noqa: ANN401 (pandera has no types)
    import polars as pl  # noqa: PLC0415 (heavy, and an extra)

    if column is None or column.dtype is None:
        return None
    found = getattr(column.dtype, "type", None)
    if isinstance(found, type) and issubclass(found, pl.DataType):
        found = found()
    return found if isinstance(found, pl.DataType) else None


class PandasEngine:
    """Checks by pandas. Text is read by polars, and then has the type of the schema."""

    def fitted(self, frame: pl.DataFrame, columns: Mapping[str, Any], written: Mapping[str, Written]) -> Fitted:
        """See FrameEngine."""
        misfits: dict[str, list[int]] = {}
        changed = []
        for name in frame.columns:
            target = _logical(columns.get(name))
            if target is not None:
                series, wrong = fit(frame[name], target, written[name], coerce=False)
                changed.append(series)
                if wrong:
                    misfits[name] = wrong
        ready = frame.with_columns(changed)
        native = ready.to_pandas()
        for name in native.columns:
            column = columns.get(name)
            if column is None or column.dtype is None:
                continue
            same = ready.schema[name] == _logical(column)
            if same and str(column.dtype).startswith(("Int", "UInt")):
                native[name] = _nullable(ready[name])
            if same or column.coerce or written[name] is not Written.TYPED:
                native[name], wrong = _coerced(native[name], column.dtype, all_=column.coerce)
                if wrong:
                    misfits[name] = sorted({*misfits.get(name, ()), *wrong})
        return Fitted(native=native, frame=ready, misfits=misfits)

    def violations(self, schema: Schema, native: Any) -> Iterator[Violation]:  # noqa: ANN401
        """See FrameEngine."""
        return _validated(schema, native, len(native))

    def joined(self, natives: Sequence[Any]) -> Any:  # noqa: ANN401
        """See FrameEngine."""
        import pandas as pd  # noqa: PLC0415 (heavy, and an extra)

        return pd.concat(natives, ignore_index=True)


_NUMBER = re.compile(r"(?P<kind>int|uint|float)(?P<bits>8|16|32|64)?")
_POLARS_NAMES = {"int": "Int", "uint": "UInt", "float": "Float"}
_INSTANT = re.compile(r"datetime64\[(?P<unit>ns|us|ms)(?:, ?(?P<zone>[^\]]+))?\]")


def _logical(column: Any) -> pl.DataType | None:  # noqa: ANN401 (pandera has no types)
    """What polars must read a text as, so that pandas has the type of the schema."""
    import polars as pl  # noqa: PLC0415 (heavy, and an extra)

    if column is None or column.dtype is None:
        return None
    name = str(column.dtype).lower()
    if match := _NUMBER.fullmatch(name):
        bits = match["bits"] or "64"
        found: pl.DataType = getattr(pl, f"{_POLARS_NAMES[match['kind']]}{bits}")()
        return found
    if match := _INSTANT.fullmatch(name):
        # A zone's name has capitals.
        zone = str(column.dtype)[match.start("zone") : match.end("zone")] if match["zone"] else None
        return pl.Datetime(match["unit"], zone)  # type: ignore[arg-type]
    return pl.Boolean() if name.startswith("bool") else pl.Date() if name == "date" else None


def _nullable(series: pl.Series) -> Any:  # noqa: ANN401 (pandas has no types)
    """Whole numbers with missing ones among them. By way of floats, as polars goes, large ones would change."""
    import pandas as pd  # noqa: PLC0415 (heavy, and an extra)

    return pd.arrays.IntegerArray(series.fill_null(0).to_numpy(writable=True), series.is_null().to_numpy(writable=True))


def _coerced(series: Any, dtype: Any, *, all_: bool) -> tuple[Any, list[int]]:  # noqa: ANN401 (pandas has no types)
    """The series in that type, and the positions that cannot have it; as it was where it is not the values' fault."""
    from pandera.errors import ParserError  # noqa: PLC0415 (heavy, and an extra)

    try:
        return dtype.try_coerce(series), []
    except ParserError as error:
        cases = error.failure_cases
        known = all_ and hasattr(cases, "columns") and "index" in cases.columns
        return series, [int(row) for row in cases["index"]] if known else []
