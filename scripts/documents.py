"""The Markdown pages, in the pieces that can be checked: fenced blocks, headings, links, generated sections."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_FENCE = re.compile(
    r"^(?:<!-- (?P<marker>[^\n]*?) -->\n)?```(?P<language>[\w-]*)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL
)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} (?P<text>.+)$", re.MULTILINE)
_SECTION = re.compile(r"(?<=<!-- generated: )(?P<name>[\w-]+)(?P<open> -->\n)(?P<text>.*?)(?=<!-- end -->)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A fenced block. `marker` is the comment on the line above, which readers of the page do not see."""

    page: str
    line: int
    language: str
    marker: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, for messages and test names."""
        return f"{self.page}:{self.line}"


def pages() -> dict[str, str]:
    """Every page that people read, by its path from the root."""
    folders = (ROOT, ROOT / "docs", *sorted((ROOT / "examples").iterdir()))
    found = [file for folder in folders for file in sorted(folder.glob("*.md"))]
    return {file.relative_to(ROOT).as_posix(): file.read_text("utf-8") for file in found}


def blocks(page: str, text: str) -> Iterator[Block]:
    """The page's fenced blocks, from the top."""
    for found in _FENCE.finditer(text):
        line = text.count("\n", 0, found.start("text"))
        yield Block(
            page=page,
            line=line,
            language=found["language"],
            marker=found["marker"] or "",
            text=found["text"],
        )


def rewritten(page: str, text: str, change: Callable[[Block], str]) -> str:
    """The page with the text of each fenced block replaced by what `change` makes of the block."""
    found = iter(blocks(page, text))

    def replace(match: re.Match[str]) -> str:
        start, end = (match.start("text") - match.start(), match.end("text") - match.start())
        return match[0][:start] + change(next(found)) + match[0][end:]

    return _FENCE.sub(replace, text)


def links(text: str) -> Iterator[str]:
    """The targets of the page's links."""
    for found in _LINK.finditer(_FENCE.sub("", text)):
        yield found["target"]


def anchors(text: str) -> frozenset[str]:
    """What a link to a heading of the page may name, as GitLab and GitHub derive it."""
    headings = (found["text"] for found in _HEADING.finditer(_FENCE.sub("", text)))
    return frozenset(re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings)


def sections(text: str) -> dict[str, str]:
    """The generated sections of a page, by name."""
    return {found["name"]: found["text"] for found in _SECTION.finditer(text)}


def with_sections(text: str, contents: Mapping[str, Callable[[], str]]) -> str:
    """The page with its generated sections made anew; KeyError for one that nobody makes."""
    return _SECTION.sub(lambda found: f"{found['name']}{found['open']}{contents[found['name']]()}", text)
