"""The values that a manual or scheduled run may set: their declarations and what a run gave."""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping

from mlgitlab.config.faults import Finding
from mlgitlab.config.scalars import Duration
from mlgitlab.config.schema import Config, Parameter, ParameterType
from mlgitlab.config.wording import quoted, suggestion
from mlgitlab.errors import UsageError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}")
_NUMBER = re.compile(r"[-+]?(?:[0-9]{1,18}(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?")
_BOOLEANS = {"true": "true", "yes": "true", "on": "true", "1": "true"} | dict.fromkeys(
    ("false", "no", "off", "0"), "false"
)
_NUMERIC = (ParameterType.NUMBER, ParameterType.INTEGER)


def check_parameters(config: Config, given: Mapping[str, str]) -> Mapping[str, str]:
    """The values of a run by parameter name: those given, else the defaults; a parameter with neither is left out.

    Names count without regard to case, as they arrive in the names of variables; of two spellings
    the later counts. Booleans come
    back as `true` or `false`, durations as `1h 30m`. Raises UsageError that lists every unknown name
    and every value that does not fit.
    """
    problems = []
    values = {str(name): _default(parameter) for name, parameter in config.parameters.items()}
    for spelled, text in given.items():
        name = spelled.lower()
        parameter = config.parameters.get(name)  # type: ignore[call-overload]  # Name is str at run time
        try:
            if parameter is None:
                hint = suggestion(name, values, "the parameters are") or "the configuration declares none"
                problems.append(f"there is no parameter {quoted(spelled)} ({hint})")
            else:
                values[name] = read(parameter, text)
        except ValueError as error:
            problems.append(f"parameter {name}: {error}")
    if problems:
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise UsageError(
            f"{count} in the parameters of this run\n{listed}", "`parameters` in the configuration says what each takes"
        )
    return {name: value for name, value in values.items() if value is not None}


def read(parameter: Parameter, text: str) -> str:
    """The value in its canonical form; ValueError says what it should have been."""
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError(f"{quoted(text)} is not UTF-8")
    value = _typed(parameter.type, text)
    if parameter.options and value not in {_typed(parameter.type, option) for option in parameter.options}:
        raise ValueError(f"{quoted(text)} is none of {', '.join(quoted(option) for option in parameter.options)}")
    if parameter.pattern is not None and not _compiled(parameter.pattern).fullmatch(value):
        raise ValueError(f"{quoted(text)} does not match {quoted(parameter.pattern)}")
    if parameter.minimum is not None and float(value) < parameter.minimum:
        raise ValueError(f"{value} is less than {parameter.minimum:g}")
    if parameter.maximum is not None and float(value) > parameter.maximum:
        raise ValueError(f"{value} is more than {parameter.maximum:g}")
    return value


def _typed(kind: ParameterType, text: str) -> str:
    match kind:
        case ParameterType.STRING:
            return text
        case ParameterType.INTEGER if _INTEGER.fullmatch(text.strip()):
            return str(int(text))
        case ParameterType.NUMBER if _NUMBER.fullmatch(text.strip()) and math.isfinite(float(text)):
            return text.strip()
        case ParameterType.BOOLEAN if text.strip().lower() in _BOOLEANS:
            return _BOOLEANS[text.strip().lower()]
        case ParameterType.DURATION:
            try:
                return str(Duration.parse(text))
            except ValueError:
                raise ValueError(f"expected {Duration.expects}, found {quoted(text)}") from None
        case _:
            expected = {"integer": "a whole number", "number": "a number"}.get(kind, "true or false")
            raise ValueError(f"expected {expected}, found {quoted(text)}")


def _compiled(pattern: str) -> re.Pattern[str]:
    """The expression; ValueError when it is none. Python's warnings about odd ones are of no use to anybody here."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{quoted(pattern)} is not a regular expression: {error}") from None


def _default(parameter: Parameter) -> str | None:
    return None if parameter.default is None else read(parameter, _as_text(parameter.default))


def _as_text(value: str | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def check(config: Config) -> Iterator[Finding]:
    """Declarations that contradict themselves."""
    for name, parameter in config.parameters.items():
        path = f"parameters.{name}"
        faults = [*_name(path, name), *_limits(path, parameter)]
        yield from faults or _values(path, parameter)
    timeouts = [name for name, parameter in config.parameters.items() if parameter.sets == "timeout"]
    for name in timeouts[1:]:
        what = f"the parameter `{timeouts[0]}` sets the timeout already"
        yield Finding(path=f"parameters.{name}.sets", what=what)


def _name(path: str, name: str) -> Iterator[Finding]:
    if not _NAME.fullmatch(name):
        hint = "small letters, digits and `_`, a letter first: it becomes part of a variable's name"
        yield Finding(path=path, what=f"{quoted(name)} is not a parameter's name", hint=hint)


def _limits(path: str, parameter: Parameter) -> Iterator[Finding]:
    low, high = parameter.minimum, parameter.maximum
    if parameter.pattern is not None and parameter.type is not ParameterType.STRING:
        yield Finding(path=f"{path}.pattern", what=f"a pattern is for strings; the type is {parameter.type}")
    elif parameter.pattern is not None:
        try:
            _compiled(parameter.pattern)
        except ValueError as error:
            yield Finding(path=f"{path}.pattern", what=str(error))
    for key, bound in (("minimum", low), ("maximum", high)):
        if bound is not None and parameter.type not in _NUMERIC:
            yield Finding(path=f"{path}.{key}", what=f"a {key} is for numbers; the type is {parameter.type}")
    if low is not None and high is not None and low > high:
        yield Finding(path=f"{path}.maximum", what=f"the maximum {high:g} is less than the minimum {low:g}")
    if parameter.sets == "timeout" and parameter.type is not ParameterType.DURATION:
        yield Finding(path=f"{path}.sets", what=f"only a duration can set the timeout; the type is {parameter.type}")


def _values(path: str, parameter: Parameter) -> Iterator[Finding]:
    faults = []
    for index, option in enumerate(parameter.options):
        try:
            _typed(parameter.type, option)
        except ValueError as error:
            faults.append(Finding(path=f"{path}.options[{index}]", what=str(error)))
    yield from faults
    if parameter.default is not None and not faults:
        try:
            read(parameter, _as_text(parameter.default))
        except ValueError as error:
            yield Finding(path=f"{path}.default", what=str(error))
