"""The shell lines that make runs for its goals, in a Makefile that could be read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from mlgitlab.analysis.make.reader import Makefile, NotPlainError, Rule, Variable

UNKNOWN = "${?}"  # no shell variable, so nothing later takes it for a known one
_REFERENCE = re.compile(r"\$(?:(\$)|\(([^(){}$,\s]+)\)|\{([^(){}$,\s]+)\}|([@<^*+?%|])|([A-Za-z]))")
_FUNCTION = re.compile(r"\$[({][^(){}$]*(?:\([^(){}]*\)[^(){}$]*)*[)}]")
_SHELL = re.compile(r"\$[({]shell\s+((?:[^(){}]|\([^(){}]*\)|\{[^(){}]*\})*)[)}]")
_GIVEN = {"MAKE": "make", "CURDIR": "$PWD", "SHELL": "sh", "RM": "rm -f"}
_MOST_TARGETS = 500
_MOST_LINES = 2_000
_MOST_VARIANTS = 16
_MOST_STEPS = 20_000
_LONGEST = 100_000
_TOO_DEEP = 10
_DOLLAR = "\0"  # a `$$`, until everything else is expanded


@dataclass(slots=True)
class Run:
    """What make runs: lines, each by a shell of its own. `exported` lines come before each of them.

    sure: no line depends on what only the environment may say.
    """

    lines: dict[str, None] = field(default_factory=dict)
    exported: tuple[str, ...] = ()
    sure: bool = True


def run_of(makefile: Makefile, goals: tuple[str, ...], given: Mapping[str, str | None]) -> Run:
    """The lines behind the goals, or behind the first target. Raises NotPlainError."""
    return _Runner(makefile, given).run(goals)


class _Runner:
    def __init__(self, makefile: Makefile, given: Mapping[str, str | None]) -> None:
        self._file = makefile
        self._variables = dict(makefile.variables)
        self._variables |= {name: Variable([text], sure=True) for name, text in given.items()}
        self._run = Run()
        self._steps = 0
        self._visited: set[str] = set()
        self._rules: dict[str, list[Rule]] = {}
        self._patterns: list[tuple[str, Rule]] = []

    def run(self, goals: tuple[str, ...]) -> Run:
        order = self._index()
        if self._rules.keys() & set(self._file.files):
            raise NotPlainError("it makes itself")
        for text in self._texts():
            self._shelled(text)
        for command in self._file.computed:
            self._line(command, "", ())
        self._exports()
        for goal in goals or self._default(order):
            if not self._rules_for(goal):
                raise NotPlainError(goal)
            self._visit(goal)
        return self._run

    def _index(self) -> list[str]:
        order: list[str] = []
        for rule in self._file.rules:
            for target in self._words(rule.targets):
                if "$" in target:
                    raise NotPlainError(target)
                if "%" in target:
                    self._patterns.append((target, rule))
                else:
                    self._rules.setdefault(target, []).append(rule)
                    order.append(target)
        return order

    def _default(self, order: list[str]) -> Iterable[str]:
        named = self._variables.get(".DEFAULT_GOAL")
        goals = self._words(" ".join(text or "$" for text in named.texts)) if named else order[:1]
        if not goals or any("$" in goal for goal in goals):
            raise NotPlainError("no goal")
        return goals

    def _texts(self) -> Iterable[str]:
        for variable in self._file.variables.values():
            yield from (text for text in variable.texts if text)
        for rule in self._file.rules:
            yield from (rule.targets, rule.prerequisites, *rule.recipe)

    def _shelled(self, text: str) -> None:
        """`$(shell ...)` runs while the file is read."""
        found = list(_SHELL.finditer(text))
        if len(found) != len(re.findall(r"\$[({]shell\b", text)):
            raise NotPlainError(text)
        for match in found:
            self._line(match[1], "", ())

    def _exports(self) -> None:
        names = ("PYTHONPATH", "PYTEST_PLUGINS", "PYTEST_ADDOPTS")
        found = [(name, text) for name in names if name in self._variables for text in self._expand(f"$({name})")]
        self._run.exported = tuple(f"export {name}='{text}'" for name, text in found)

    def _rules_for(self, goal: str) -> list[tuple[Rule, str]]:
        """The rules that make the goal, each with the part of its name that a pattern leaves open."""
        rules = [(rule, "") for rule in self._rules.get(goal, ())]
        if not any(rule.recipe for rule, _ in rules):
            rules += [(rule, stem) for pattern, rule in self._patterns if (stem := _stem(pattern, goal)) is not None]
        return rules

    def _visit(self, goal: str) -> None:
        pending = [goal]
        while pending:
            target = pending.pop(0)
            if target in self._visited:
                continue
            self._visited.add(target)
            if len(self._visited) > _MOST_TARGETS:
                raise NotPlainError("too many targets")
            for rule, stem in self._rules_for(target):
                pending += self._take(rule, target, stem)

    def _take(self, rule: Rule, goal: str, stem: str) -> list[str]:
        """Note the recipe; the prerequisites come back."""
        needed = self._words(rule.prerequisites.replace("%", stem) if stem else rule.prerequisites)
        plain = [word for word in needed if word != "|"]
        if any("$" in word or re.search(r"[*?\[]", word) for word in plain):
            plain = sorted(self._rules)  # it may need any of them
        for line in rule.recipe:
            self._line(line, goal, tuple(plain), stem)
        return plain

    def _line(self, line: str, goal: str, needed: tuple[str, ...], stem: str = "") -> None:
        automatic = {"@": goal, "<": (*needed, "")[0], "^": " ".join(needed), "*": stem}
        if len(self._run.lines) > _MOST_LINES:
            raise NotPlainError("too many lines")
        for text in self._expand(line, automatic=automatic):
            self._run.lines[text.replace(_DOLLAR, "$").strip().lstrip("@-+ \t")] = None

    def _words(self, text: str) -> list[str]:
        return [word for variant in self._expand(text) for word in variant.split()]

    def _expand(self, text: str, depth: int = 0, automatic: Mapping[str, str] | None = None) -> list[str]:
        found = [""]
        position = 0
        for match in _REFERENCE.finditer(text):
            options = self._options(match, depth, automatic or {})
            found = [f"{before}{text[position : match.start()]}{option}" for before in found for option in options]
            position = match.end()
            self._steps += len(found)
            if len(found) > _MOST_VARIANTS or self._steps > _MOST_STEPS or len(found[0]) > _LONGEST:
                raise NotPlainError("too many variants")
        return [_FUNCTION.sub(UNKNOWN, f"{before}{text[position:]}") if "$" in text else text for before in found]

    def _options(self, match: re.Match[str], depth: int, automatic: Mapping[str, str]) -> list[str]:
        dollar, name, sign = match[1], match[2] or match[3] or match[5], match[4]
        if dollar:
            return [_DOLLAR]
        if sign:
            return [automatic.get(sign) or UNKNOWN]
        variable = self._variables.get(name)
        if variable is None or depth > _TOO_DEEP:
            return [_GIVEN.get(name, UNKNOWN)]
        self._run.sure &= variable.sure
        texts = [UNKNOWN if text is None else text for text in variable.texts]
        return [option for text in texts for option in self._expand(text, depth + 1, automatic)]


def _stem(pattern: str, goal: str) -> str | None:
    before, _, after = pattern.partition("%")
    fits = goal.startswith(before) and goal.endswith(after) and len(goal) > len(before) + len(after)
    return goal[len(before) : len(goal) - len(after)] if fits else None
