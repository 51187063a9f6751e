"""The pages that people read: what they show runs, what they write parses, where they link is there."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest

from mlgitlab.config.parse import parse
from mlgitlab.config.scalars import Globs
from mlgitlab.jobs.data.validation_yaml import read_schema
from mlgitlab.planning.globs import GlobIndex
from scripts import console, documents
from scripts.documents import ROOT, Block
from scripts.references import SECTIONS
from tests.gitlab_schema import problems

if TYPE_CHECKING:
    from collections.abc import Iterator

REGENERATE = "run: python -m scripts.regenerate"
PAGES = documents.pages()
BLOCKS = [block for page, text in PAGES.items() for block in documents.blocks(page, text)]
CONSOLES = [block for block in BLOCKS if block.language == "console"]
YAML = [block for block in BLOCKS if block.language == "yaml"]
IS_CI_FILE = ".gitlab-ci.yml"
IS_SCHEMA = "data.schema.yml"


def by_place(block: Block) -> str:
    return block.place


@pytest.fixture(scope="session")
def repositories(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("documented")
    console.prepare(folder)
    return folder


@pytest.mark.parametrize("block", CONSOLES, ids=by_place)
def test_a_shown_console_is_what_happens(block: Block, repositories: Path) -> None:
    assert console.text_of(console.play(block, repositories)) == block.text, REGENERATE


@pytest.mark.parametrize("block", CONSOLES, ids=by_place)
def test_a_shown_target_of_make_exists(block: Block) -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = {entry.command.split()[1] for entry in console.entries(block) if entry.command.startswith("make ")}
    assert named <= targets


def test_the_pages_show_commands_and_files() -> None:
    commands = [entry.command for block in CONSOLES for entry in console.entries(block)]
    assert len([command for command in commands if command.startswith("mlgitlab ")]) >= 10
    assert len([block for block in YAML if block.marker == IS_CI_FILE]) >= 3


@pytest.mark.parametrize("block", [block for block in YAML if block.marker == IS_SCHEMA], ids=by_place)
def test_a_shown_schema_is_one(block: Block) -> None:
    assert read_schema(block.text.encode(), block.place).columns


@pytest.mark.parametrize(
    "block", [block for block in YAML if block.marker not in (IS_CI_FILE, IS_SCHEMA)], ids=by_place
)
def test_a_shown_configuration_is_one(block: Block) -> None:
    start = "" if block.text.startswith("version:") else "version: 1\n"
    assert parse((start + block.text).encode(), block.place).config.version == 1


@pytest.mark.parametrize("block", [block for block in YAML if block.marker == IS_CI_FILE], ids=by_place)
def test_a_shown_ci_file_passes_gitlabs_schema(block: Block) -> None:
    assert problems(block.text) == []


def test_the_start_is_ten_lines() -> None:
    start = next(block for block in BLOCKS if block.marker == "mlgitlab.yml: start")
    assert len(start.text.splitlines()) == 10


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    dead = [target for target in documents.links(PAGES[page]) if not _exists(page, target)]
    assert dead == []


def _exists(page: str, target: str) -> bool:
    if "://" in target:
        return True
    path, _, anchor = unquote(target).partition("#")
    file = (ROOT / page).parent / path if path else ROOT / page
    return file.exists() and (not anchor or anchor in documents.anchors(file.read_text("utf-8")))


@pytest.mark.parametrize("page", PAGES)
def test_generated_sections_say_what_the_code_says(page: str) -> None:
    assert documents.with_sections(PAGES[page], SECTIONS) == PAGES[page], REGENERATE


def test_every_generated_section_is_shown_once() -> None:
    shown = [name for text in PAGES.values() for name in documents.sections(text)]
    assert sorted(shown) == sorted(SECTIONS)


@pytest.mark.parametrize("page", [page.name for page in (ROOT / "docs").glob("*.md") if page.name != "README.md"])
def test_the_index_names_every_page(page: str) -> None:
    assert page in set(documents.links(PAGES["docs/README.md"]))


def test_the_modules_that_contributors_are_sent_to_exist() -> None:
    named = re.findall(r"`([a-z]+/[\w/]+\.py)`", PAGES["CONTRIBUTING.md"])
    assert len(named) > 5
    assert [name for name in named if not (ROOT / "mlgitlab" / name).exists()] == []


def _rows(page: str, *head: str) -> Iterator[list[str]]:
    """The rows of the page's table with this head, cell by cell."""
    line = re.escape(f"| {' | '.join(head)} |")
    found = re.search(rf"^{line}\n\|[- |]+\|\n((?:\|.*\n)+)", PAGES[page], re.MULTILINE)
    assert found, head
    for row in found[1].splitlines():
        yield [cell.strip() for cell in row.strip("|").split(" | ")]


def _quoted(cell: str) -> tuple[str, ...]:
    return tuple(re.findall(r"`([^`]+)`", cell))


MATCHES = [
    *_rows("docs/globs.md", "Pattern", "Path", "Matches"),
    *_rows("docs/globs.md", "Patterns", "Path", "Matches"),
]


@pytest.mark.parametrize(("patterns", "path", "answer"), MATCHES, ids=[" ".join(row[:2]) for row in MATCHES])
def test_a_documented_pattern_matches_as_documented(patterns: str, path: str, answer: str) -> None:
    index: GlobIndex[None] = GlobIndex()
    index.add(Globs.parse(_quoted(patterns)), None)
    assert bool(list(index.find(_quoted(path)[0]))) is {"yes": True, "no": False}[re.split(r"\W", answer)[0]]


@pytest.mark.parametrize("patterns", [row[0] for row in _rows("docs/globs.md", "Patterns", "Why")])
def test_a_pattern_documented_as_refused_is_refused(patterns: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Globs.parse(_quoted(patterns))
