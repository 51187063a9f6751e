"""Values held against a JSON Schema; nothing is fetched over the network."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from typing import Any

from mlgitlab.config.wording import quoted
from mlgitlab.errors import ConfigError, Problem, UsageError
from mlgitlab.jobs.settings.documents import read_document
from mlgitlab.jobs.settings.json_faults import cut, faults_of
from mlgitlab.jobs.settings.values import Fault, Place, dotted
from mlgitlab.paths import show

# The content of a file of the repository; None where there is none.
Reader = Callable[[str], bytes | None]

# Stands for the repository's root; nothing is opened by it. Relative references are joined to few schemes only.
_ROOT = "file:///"
# Keys that forbid nothing.
_SILENT = frozenset(
    {"$id", "$schema", "$comment", "$defs", "definitions", "title", "description", "default", "examples"}
)
_QUOTING = ("const", "enum", "default", "examples")


class JsonSchema:
    """A schema in the repository. ConfigError for what is no JSON Schema, or refers to what is not at hand."""

    def __init__(self, name: str, read: Reader) -> None:
        try:
            from jsonschema.exceptions import SchemaError  # noqa: PLC0415 (an extra, and slow to import)
            from jsonschema.validators import validator_for  # noqa: PLC0415
        except ImportError:
            raise UsageError("jsonschema is not installed", 'pip install "mlgitlab[check]"') from None
        self._name = name
        schema = _load(name, read)
        if schema is True or (isinstance(schema, dict) and not schema.keys() - _SILENT):
            raise _wrong(name, "the schema accepts everything: nothing could be found wrong")
        kind = validator_for(schema)
        try:
            kind.check_schema(schema)
        except SchemaError as error:
            raise _wrong(name, f"not a JSON Schema: {cut(error.message)}", tuple(error.absolute_path)) from None
        _check_references(schema, name)
        self._validator: Any = kind(schema, registry=_registry(name, read), format_checker=kind.FORMAT_CHECKER)

    def faults(self, data: object) -> tuple[Fault, ...]:
        """Everything wrong with the values; ConfigError where the schema refers to what is not there."""
        from referencing.exceptions import Unresolvable  # noqa: PLC0415 (comes with jsonschema)

        try:
            return tuple(fault for error in self._validator.iter_errors(data) for fault in faults_of(error))
        except Unresolvable as error:
            raise _wrong(self._name, f"the reference {quoted(error.ref)} leads nowhere") from None


def _load(name: str, read: Reader) -> Any:  # noqa: ANN401 (a schema is any JSON)
    content = read(name)
    if content is None:
        raise _wrong(name, "there is no such file in the repository")
    document = read_document(name, content)
    if document.faults:
        raise ConfigError(tuple(map(document.problem, document.faults)), where="a schema")
    if not isinstance(document.data, dict | bool):
        raise _wrong(name, "a JSON Schema is a mapping")
    if isinstance(document.data, bool):
        return document.data
    own = document.data.get("$id")
    return {**document.data, "$id": own if isinstance(own, str) and "://" in own else f"{_ROOT}{name}"}


def _registry(name: str, read: Reader) -> Any:  # noqa: ANN401 (the library is an extra)
    from jsonschema.validators import validator_for  # noqa: PLC0415
    from referencing import Registry, Resource  # noqa: PLC0415 (comes with jsonschema)
    from referencing.exceptions import NoSuchResource  # noqa: PLC0415
    from referencing.jsonschema import specification_with  # noqa: PLC0415

    def retrieve(uri: str) -> Any:  # noqa: ANN401
        if uri in _specifications():
            return _specifications()[uri]
        if not uri.startswith(_ROOT):
            raise NoSuchResource(ref=uri)  # type: ignore[call-arg]
        path = uri.removeprefix(_ROOT)
        if path != name and read(path) is None:
            raise NoSuchResource(ref=uri)  # type: ignore[call-arg]
        contents = _load(path, read)
        dialect = validator_for(contents).META_SCHEMA.get("$schema", "")
        return Resource(contents=contents, specification=specification_with(dialect))  # type: ignore[call-arg]

    return Registry(retrieve=retrieve)  # type: ignore[call-arg]


def _specifications() -> Any:  # noqa: ANN401 (the library is an extra)
    """The specification's own schemas, which come with the library."""
    from jsonschema_specifications import REGISTRY  # type: ignore[import-untyped]  # noqa: PLC0415

    return REGISTRY


def _check_references(schema: object, name: str) -> None:
    """References are followed when a value asks for it: one that leads to the network is refused before."""
    base = str(schema.get("$id", "")) if isinstance(schema, dict) else ""
    ids = {text.rstrip("#") for _, text in _texts(schema, (), ("$id",))}
    for place, reference in _texts(schema, (), ("$ref", "$dynamicRef")):
        target = reference.partition("#")[0]
        whole = target if "://" in target else f"{base.rpartition('/')[0]}/{target}"
        if target and not whole.startswith(_ROOT) and whole not in ids and whole not in _specifications():
            what = f"the reference {quoted(reference)} leads to the network ({quoted(whole)})"
            raise _wrong(name, what, place, "keep a copy in the repository, and refer to it by its path")


def _texts(schema: object, place: Place, names: Container[str]) -> Iterator[tuple[Place, str]]:
    """The texts under these keys, anywhere in a schema but in values that it quotes."""
    if isinstance(schema, Mapping):
        for key, value in schema.items():
            if key in names and isinstance(value, str):
                yield (*place, key), value
            elif key not in _QUOTING:
                yield from _texts(value, (*place, str(key)), names)
    elif isinstance(schema, list):
        for index, value in enumerate(schema):
            yield from _texts(value, (*place, index), names)


def _wrong(name: str, what: str, place: Place = (), hint: str = "") -> ConfigError:
    key = dotted(place)
    return ConfigError(
        (Problem(where=f"{show(name)}{f': {key}' if key else ''}", what=what, hint=hint),), where="a schema"
    )
