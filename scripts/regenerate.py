"""Rewrite what is generated: schema, reference page, tables, shown output. Run `python -m scripts.regenerate`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from mlgitlab.config import json_schema, reference
from scripts import console, documents, runner_samples
from scripts.references import SECTIONS

ROOT = Path(__file__).resolve().parent.parent
GENERATED = {
    "mlgitlab/config/mlgitlab.schema.json": json_schema.text,
    "docs/configuration.md": reference.markdown,
}


def main() -> None:
    """Write every generated file and section."""
    for name, content in GENERATED.items():
        write(name, (ROOT / name).read_text("utf-8"), content())
    for name, content in runner_samples.texts():
        place = ROOT / name
        write(name, place.read_text("utf-8") if place.exists() else "", content)
    with TemporaryDirectory() as folder:
        console.prepare(Path(folder))
        for page, text in documents.pages().items():
            write(page, text, with_output(page, documents.with_sections(text, SECTIONS), Path(folder)))


def with_output(page: str, text: str, repositories: Path) -> str:
    """The page, its consoles showing what the commands print now."""
    return documents.rewritten(
        page,
        text,
        lambda block: console.text_of(console.play(block, repositories)) if block.language == "console" else block.text,
    )


def write(name: str, old: str, new: str) -> None:
    """Write a file of ours, and say so, if that changes it."""
    if new != old:
        (ROOT / name).write_text(new, "utf-8")
        print(f"wrote {name}")


if __name__ == "__main__":
    main()
