"""File names as git holds them: any bytes but NUL, carried as `str` with surrogate escapes."""

from __future__ import annotations

from collections.abc import Iterator


def decode(raw: bytes) -> str:
    """The name for bytes that git printed; `encode` gives the same bytes back."""
    return raw.decode("utf-8", "surrogateescape")


def encode(path: str) -> bytes:
    """The bytes that git knows the name by."""
    return path.encode("utf-8", "surrogateescape")


def show(path: str) -> str:
    r"""The name on one line, for people; the backslash is doubled, so that two names never look the same."""
    return printable(path.replace("\\", "\\\\"))


def printable(text: str) -> str:
    r"""Text with everything escaped that could act on a terminal, hide, or end a comment.

    Control characters, line ends, direction marks and bytes that are not UTF-8 come out as `\xff`
    or `\u202e`.
    """
    return text if text.isprintable() else "".join(map(_escaped, text))


def _escaped(character: str) -> str:
    if character.isprintable():
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a surrogate escape: the byte itself
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def as_json(path: str) -> dict[str, str]:
    """The name as JSON fields: `path` for people and, where that loses something, `path_base64`."""
    shown = show(path)
    if shown == path:
        return {"path": shown}
    import base64  # noqa: PLC0415 (names that lose something are rare)

    return {"path": shown, "path_base64": base64.b64encode(encode(path)).decode("ascii")}


def normalise(path: str) -> str:
    """A repository path without `./`, doubled or trailing slashes; the root is the empty string."""
    return "/".join(part for part in path.split("/") if part not in ("", "."))


def ancestors(path: str) -> Iterator[str]:
    """Every folder above `path`, the nearest first, the root (empty string) last."""
    while path:
        path = path.rpartition("/")[0]
        yield path


def is_within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it."""
    return not folder or path == folder or path.startswith(folder + "/")
