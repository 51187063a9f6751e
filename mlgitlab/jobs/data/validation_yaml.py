"""pandera's YAML schemas, read strictly: what pandera would pass over in silence is a fault here.

pandera itself ignores a key that it does not know, so that a misspelt check is no check.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from mlgitlab.config.nodes import List, Node, Scalar, Table, compose
from mlgitlab.config.plain import data, described, is_null
from mlgitlab.config.wording import key_shown, suggestion
from mlgitlab.errors import ConfigError, Problem
from mlgitlab.jobs.data.validation_rules import ROW_BY_ROW
from mlgitlab.paths import show

CHECKS = ROW_BY_ROW | {"unique_values_eq", "eq", "ne", "gt", "ge", "lt", "le", "between"}
_OPTIONS = frozenset({"ignore_na", "raise_warning", "n_failure_cases", "error", "name", "check_name"})
# True, false or a text where nothing else is said.
_FLAGS = frozenset({"nullable", "unique", "coerce", "required", "regex"})
_COLUMN = _FLAGS | {"title", "description", "dtype", "checks", "name", "default", "report_duplicates", "metadata"}
_TOP = frozenset({
    "schema_type", "version", "api", "dataframe_library", "columns", "checks", "index", "dtype", "coerce", "strict",
    "name", "ordered", "unique", "report_duplicates", "unique_column_names", "add_missing_columns", "title",
    "description", "metadata",
})  # fmt: skip
_DROPS = "drop_invalid_rows"
# What other libraries call them; the nearest spelling would be another check.
_ELSEWHERE = {"gte": "ge", "lte": "le", "minimum": "ge", "maximum": "le", "min": "ge", "max": "le", "enum": "isin"}
_TYPES = ("dataframe", "polars_dataframe", "pyspark_sql_dataframe", "pyspark_dataframe")


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCheck:
    """One check: its name in pandera, and its arguments; a single one without a name is under the empty key."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict)
    options: Mapping[str, object] = field(default_factory=dict)
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenColumn:
    """One column as it is written; `dtype` is empty where none is."""

    name: str
    dtype: str = ""
    nullable: bool = False
    unique: bool = False
    coerce: bool = False
    required: bool = True
    regex: bool = False
    default: object = None
    checks: tuple[WrittenCheck, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenSchema:
    """A whole schema. `strict` is True, False or `filter`; `unique` sets of columns that are unique together."""

    columns: tuple[WrittenColumn, ...] = ()
    checks: tuple[WrittenCheck, ...] = ()
    dtype: str = ""
    coerce: bool = False
    strict: bool | str = False
    ordered: bool = False
    unique: tuple[str, ...] = ()
    add_missing_columns: bool = False


def read_schema(content: bytes, file: str) -> WrittenSchema:
    """The schema of a YAML file; ConfigError with every fault, each with its line."""
    reader = _Reader(file)
    schema = reader.schema(compose(content, file))
    if reader.problems:
        raise ConfigError(tuple(reader.problems), where=f"the schema {show(file)}")
    return schema


class _Reader:
    """Goes through the nodes and notes what is wrong."""

    def __init__(self, file: str) -> None:
        self._file = file
        self.problems: list[Problem] = []

    def schema(self, root: Node | None) -> WrittenSchema:
        table = dict(self._table(root, "the schema", _TOP | {_DROPS}))
        kind = self._text(table, "schema_type")
        if kind and kind not in _TYPES:
            self._fault(
                table["schema_type"], f"the schema type `{kind}` is not one of tables", f"known: {', '.join(_TYPES)}"
            )
        for key in ("index", "multiindex"):
            if key in table and not is_null(table[key]):
                self._fault(table[key], f"`{key}`: rows of a file have no index", "describe it as a column")
        return WrittenSchema(
            columns=tuple(self._columns(table.get("columns"))),
            checks=tuple(self._checks(table)),
            dtype=self._text(table, "dtype"),
            coerce=self._flag(table, "coerce"),
            strict="filter" if self._text(table, "strict") == "filter" else self._flag(table, "strict"),
            ordered=self._flag(table, "ordered"),
            unique=self._names(table.get("unique")),
            add_missing_columns=self._flag(table, "add_missing_columns"),
        )

    def _columns(self, node: Node | None) -> Iterator[WrittenColumn]:
        if node is None or is_null(node):
            return
        for name, column in self._table(node, "columns"):
            table = dict(self._table(column, f"column {key_shown(name)}", _COLUMN | CHECKS | {_DROPS}))
            yield WrittenColumn(
                name=name,
                dtype=self._text(table, "dtype"),
                nullable=self._flag(table, "nullable"),
                unique=self._flag(table, "unique"),
                coerce=self._flag(table, "coerce"),
                required=self._flag(table, "required", default=True),
                regex=self._flag(table, "regex"),
                default=data(table["default"]) if "default" in table else None,
                checks=(*self._checks(table), *(self._flat(key, table[key]) for key in table if key in CHECKS)),
                where=self._where(column),
            )

    def _checks(self, table: Mapping[str, Node]) -> Iterator[WrittenCheck]:
        """The key `checks`: a mapping from names to arguments, or a list of arguments that name their check."""
        node = table.get("checks")
        if isinstance(node, Table):
            for name, value in self._table(node, "checks", CHECKS):
                yield self._flat(name, value)
        elif isinstance(node, List):
            for item in node.items:
                found = self._listed(item)
                if found:
                    yield found
        elif node is not None and not is_null(node):
            self._fault(node, f"`checks` is {described(node)}", "give a mapping from checks to their arguments")

    def _flat(self, name: str, node: Node) -> WrittenCheck:
        if not isinstance(node, Table):
            arguments = {} if is_null(node) else {"": data(node)}
            return WrittenCheck(name=name, arguments=arguments, where=self._where(node))
        values = dict(self._table(node, name))
        return self._check(name, {key: value for key, value in values.items() if key not in _OPTIONS}, values, node)

    def _listed(self, node: Node) -> WrittenCheck | None:
        values = dict(self._table(node, "a check"))
        options = dict(self._table(values["options"], "options", _OPTIONS)) if "options" in values else {}
        name = self._text(options, "check_name")
        if name not in CHECKS:
            self._fault(node, f"there is no check `{key_shown(name)}`", suggestion(name, sorted(CHECKS), "known"))
            return None
        arguments = {"" if key == "value" else key: value for key, value in values.items() if key != "options"}
        if len(arguments) > 1:
            arguments = {key or "value": value for key, value in arguments.items()}
        return self._check(name, arguments, options, node)

    def _check(self, name: str, arguments: Mapping[str, Node], options: Mapping[str, Node], node: Node) -> WrittenCheck:
        return WrittenCheck(
            name=name,
            arguments={key: data(value) for key, value in arguments.items() if not is_null(value)},
            options={key: data(value) for key, value in options.items() if key in _OPTIONS - {"check_name"}},
            where=self._where(node),
        )

    def _names(self, node: Node | None) -> tuple[str, ...]:
        if node is None or is_null(node):
            return ()
        items = node.items if isinstance(node, List) else (node,)
        if not all(isinstance(item, Scalar) for item in items):
            self._fault(node, "`unique` is no list of columns")
        return tuple(item.text for item in items if isinstance(item, Scalar))

    def _text(self, table: Mapping[str, Node], key: str) -> str:
        node = table.get(key)
        if node is None or is_null(node):
            return ""
        if isinstance(node, Scalar):
            return node.text
        self._fault(node, f"`{key}` is {described(node)}", "give one word")
        return ""

    def _flag(self, table: Mapping[str, Node], key: str, *, default: bool = False) -> bool:
        node = table.get(key)
        if node is None or is_null(node):
            return default
        value = data(node)
        if not isinstance(value, bool):
            self._fault(node, f"`{key}` is {described(node)}", "give true or false")
            return default
        return value

    def _table(self, node: Node | None, what: str, known: frozenset[str] = frozenset()) -> Iterator[tuple[str, Node]]:
        """The entries of a mapping; faults for what is none, for a key that is there twice, or unknown."""
        if not isinstance(node, Table):
            if not (node is not None and is_null(node)):
                self._fault(node, f"{what} is {described(node) if node else 'empty'}", "give a mapping")
            return
        seen: set[str] = set()
        for key, value in node.entries:
            name = key.text if isinstance(key, Scalar) else ""
            if not isinstance(key, Scalar):
                self._fault(key, f"a key of {what} is {described(key)}", "give a text")
            elif name in seen:
                self._fault(key, f"{what}: `{key_shown(name)}` is there twice")
            elif name == _DROPS and known:
                self._fault(key, f"{what}: `{_DROPS}` would hide wrong rows instead of reporting them", "remove it")
            elif known and name not in known:
                meant = _ELSEWHERE.get(name)
                hint = f"did you mean `{meant}`?" if meant else suggestion(name, sorted(known - {_DROPS}), "known")
                self._fault(key, f"{what}: there is no key or check `{key_shown(name)}`", hint)
            else:
                seen.add(name)
                yield name, value

    def _where(self, node: Node | None) -> str:
        return f"{show(self._file)}:{node.line}" if node else show(self._file)

    def _fault(self, node: Node | None, what: str, hint: str = "") -> None:
        self.problems.append(Problem(where=self._where(node), what=what, hint=hint))
