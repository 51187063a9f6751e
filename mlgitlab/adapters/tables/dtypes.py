"""Names of types in YAML schemas, which pandera writes in another way for each of its engines."""

from __future__ import annotations

import re
from typing import Any

_INTEGER = re.compile(r"(?P<unsigned>u)?int(?P<bits>8|16|32|64)?", re.IGNORECASE)
_FLOAT = re.compile(r"(?:float(?P<bits>32|64)?|double)", re.IGNORECASE)
_DATETIME = re.compile(r"datetime64\[(?P<unit>ns|us|ms)(?:,\s*(?P<zone>[A-Za-z0-9_+\-/:]+))?\]")
_POLARS_DATETIME = re.compile(
    r"Datetime\(time_unit='(?P<unit>ns|us|ms)', time_zone=(?:None|'(?P<zone>[A-Za-z0-9_+\-/:]+)')\)"
)
_SPARK = re.compile(r"(?P<name>(?:Byte|Short|Integer|Long|Float|Double|String|Boolean|Date|Timestamp)Type)(?:\(\))?")
_WORDS = {
    "str": "string",
    "string": "string",
    "utf8": "string",
    "string[pyarrow]": "string",
    "string[python]": "string",
    "bool": "boolean",
    "boolean": "boolean",
    "category": "category",
    "categorical": "category",
    "date": "date",
    "time": "time",
    "datetime": "datetime",
}


class UnknownTypeError(Exception):
    """No type of the engine is exactly the one that is named."""


def polars_type(name: str) -> Any:  # noqa: ANN401 (pandera takes types of many libraries)
    """The polars type that a name in any of pandera's dialects means; UnknownTypeError where there is none."""
    import polars as pl  # noqa: PLC0415 (heavy, and an extra)

    if match := _INTEGER.fullmatch(name):
        return getattr(pl, f"{'UI' if match['unsigned'] else 'I'}nt{match['bits'] or 64}")()
    if match := _FLOAT.fullmatch(name):
        return pl.Float32() if match["bits"] == "32" else pl.Float64()
    if match := _DATETIME.fullmatch(name) or _POLARS_DATETIME.fullmatch(name):
        return pl.Datetime(match["unit"], match["zone"])  # type: ignore[arg-type]
    words: dict[str, Any] = {
        "string": pl.String(),
        "boolean": pl.Boolean(),
        "category": pl.Categorical(),
        "date": pl.Date(),
        "time": pl.Time(),
        "datetime": pl.Datetime("us"),
    }
    word = _WORDS.get(name.lower())
    if word:
        return words[word]
    if name == "object":
        raise UnknownTypeError(name)
    from pandera.io.polars_io import _deserialize_dtype  # noqa: PLC0415 (for List, Enum, Decimal, ... alone)

    try:
        return _deserialize_dtype(name).type  # type: ignore[no-untyped-call]
    except (TypeError, ValueError, SyntaxError):
        raise UnknownTypeError(name) from None


def pandas_type(name: str) -> Any:  # noqa: ANN401 (pandera takes types of many libraries)
    """The pandas type that a name in any of pandera's dialects means."""
    from pandera.engines import pandas_engine  # noqa: PLC0415 (heavy, and an extra)

    match = _POLARS_DATETIME.fullmatch(name)
    zone = f", {match['zone']}" if match and match["zone"] else ""
    plain = (
        f"datetime64[{match['unit']}{zone}]" if match else {"String": "string", "Boolean": "boolean"}.get(name, name)
    )
    try:
        return pandas_engine.Engine.dtype(plain)
    except (TypeError, ValueError):
        raise UnknownTypeError(name) from None


def spark_type(name: str) -> Any:  # noqa: ANN401 (pyspark has no types)
    """The Spark type that a name in any of pandera's dialects means."""
    from pyspark.sql import types  # noqa: PLC0415 (heavy, and an extra)

    if match := _INTEGER.fullmatch(name):
        if match["unsigned"]:
            raise UnknownTypeError(name)
        kinds = {"8": types.ByteType, "16": types.ShortType, "32": types.IntegerType, "64": types.LongType}
        return kinds[match["bits"] or "64"]()
    if match := _FLOAT.fullmatch(name):
        return types.FloatType() if match["bits"] == "32" else types.DoubleType()
    if _DATETIME.fullmatch(name) or _POLARS_DATETIME.fullmatch(name):
        return types.TimestampType()
    words = {
        "string": types.StringType,
        "boolean": types.BooleanType,
        "date": types.DateType,
        "datetime": types.TimestampType,
    }
    word = words.get(_WORDS.get(name.lower(), ""))
    own = _SPARK.fullmatch(name)
    found = word or (getattr(types, own["name"], None) if own else None)
    if found is None:
        raise UnknownTypeError(name)
    return found()
