"""Rewrite what is generated: the configuration's schema and page, tables, shown output. `python -m scripts.regenerate`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from mlgitlab.config import json_schema, reference
from scripts import console, documents
from scripts.references import SECTIONS

ROOT = Path(__file__).resolve().parent.parent
GENERATED = {
    "mlgitlab/config/mlgitlab.schema.json": json_schema.text,
    "docs/configuration.md": reference.markdown,
}


def main() -> None:
    """Write every generated file and section."""
    for name, content in GENERATED.items():
        write(name, content())
    with TemporaryDirectory() as folder:
        console.prepare(Path(folder))
        for page, text in documents.pages().items():
            write(page, with_output(page, documents.with_sections(text, SECTIONS), Path(folder)))


def with_output(page: str, text: str, repositories: Path) -> str:
    """The page, its consoles showing what the commands print now."""
    return documents.rewritten(
        page,
        text,
        lambda block: console.text_of(console.play(block, repositories)) if block.language == "console" else block.text,
    )


def write(name: str, content: str) -> None:
    """Write a file of ours, and say so, if that changes it."""
    file = ROOT / name
    if file.read_text("utf-8") != content:
        file.write_text(content, "utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
