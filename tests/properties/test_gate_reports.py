"""Whatever a verdict says, its reports show it as text, and nothing in it acts."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from mlgitlab.cli.wiring.gate_report import page
from mlgitlab.jobs.gate import report
from mlgitlab.jobs.gate.report.markdown import MOST
from mlgitlab.jobs.gate.verdict import Verdict
from tests.properties.verdicts_drawn import NASTY, verdicts
from tests.verdicts import EVERY, failing

LINK = "https://gitlab.example/group/project/-/jobs/1/artifacts/external_file/report.html"
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
# Text of GitLab's that means something: https://docs.gitlab.com/user/markdown/#gitlab-specific-references
REFERENCE = re.compile(r"[@#!~$&^*]\w|%[\w\"]|:\w+:|\w@\w|://|www\.|\[\[|\{\{|\^\[")
OURS = re.compile(r"<!-- mlgitlab:verdict:[A-Za-z0-9_.%:-]* -->|<details><summary>[A-Za-z0-9 ,:]+</summary>|</details>")
SHAPES = ["x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "d", "width", "height", "viewBox"]
TAGS = """
    html head meta title style body main header section h1 h2 h3 p span dl dt dd ul ol li a code strong br
    table caption thead tbody tr th td details summary div figure figcaption
    svg desc rect line path circle text tspan g
"""
ATTRIBUTES = """
    lang charset name content http-equiv class id aria-hidden aria-labelledby aria-label scope role data-name href
    width height viewbox focusable x y x1 x2 y1 y2 cx cy r d dy text-anchor stroke stroke-dasharray fill
"""
FORBIDDEN = {"image", "html_inline", "fence", "code_block", "heading_open"}


class Reader(HTMLParser):
    """What a browser would find: tags, attributes, texts."""

    def __init__(self, content: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def flat(tokens: list[Token]) -> list[Token]:
    return [each for token in tokens for each in (token, *flat(token.children or []))]


@settings(max_examples=60, deadline=None)
@given(verdicts)
def test_a_sentence_is_one_printable_line_of_bounded_length(verdict: Verdict) -> None:
    text = report.sentence(verdict)
    assert text.isprintable()
    assert text.endswith(".")
    assert len(text) < 1500


@settings(max_examples=100, deadline=None)
@given(verdicts, st.sampled_from(["", LINK, "javascript:alert(1)", f"{LINK})\n/merge", "https://a b", "https://x/`<"]))
def test_a_note_has_nothing_of_the_verdict_outside_code_spans(verdict: Verdict, link: str) -> None:
    note = report.markdown(verdict, link)
    assert len(note) <= MOST
    assert note.startswith(report.marker(verdict.model) + "\n")
    assert all(line[:1] != "/" and line.isprintable() for line in note.split("\n"))
    tokens = flat(READER.parse(note))
    assert {token.attrs["href"] for token in tokens if token.type == "link_open"} <= {LINK}
    assert not [
        token for token in tokens if token.type in ("image", "html_inline", "fence", "code_block", "heading_open")
    ]
    for token in tokens:
        if token.type == "html_block":
            assert all(OURS.fullmatch(line) for line in token.content.split("\n") if line)
        if token.type == "text":
            assert not REFERENCE.search(token.content), token.content


@pytest.mark.parametrize("text", NASTY)
def test_a_note_has_the_same_shape_whatever_a_name_says(text: str) -> None:
    def shape(name: str) -> list[str]:
        rulings = tuple(
            replace(ruling, rule=name, why=name, limit=name, slice=name, dataset=name)
            for ruling in failing().rulings[:6]
        )
        verdict = replace(failing(), model="fraud", commit=name, weakened=(name,), rulings=rulings)
        return [token.type for token in flat(READER.parse(report.markdown(verdict, LINK)))]

    # An empty name leaves out what it would be the name of.
    assert shape(text) == shape("harmless") or not text


@given(st.sampled_from(NASTY) | st.text(), st.sampled_from(NASTY) | st.text())
def test_a_marker_is_one_comment_and_no_two_models_share_it(one: str, other: str) -> None:
    marker = report.marker(one)
    assert OURS.fullmatch(marker)
    assert "--" not in marker.removeprefix("<!--").removesuffix("-->")
    assert (marker == report.marker(other)) is (one == other)


@settings(max_examples=60, deadline=None)
@given(verdicts, st.integers(min_value=-1, max_value=200))
def test_a_terminal_gets_printable_lines_that_fit_it(verdict: Verdict, width: int) -> None:
    lines = report.terminal(verdict, width).split("\n")
    assert all(line.isprintable() for line in lines)
    # A word is not broken: digests and names are copied.
    assert all(len(line) <= max(width, 40) or max(map(len, line.split())) > max(width, 40) - 20 for line in lines)


@settings(max_examples=60, deadline=None)
@given(verdicts)
def test_a_page_is_made_of_our_elements_alone_and_of_numbers_that_svg_knows(verdict: Verdict) -> None:
    content = page(verdict)
    found = Reader(content)
    assert set(found.tags) <= {*TAGS.split()}
    assert {name for name, _ in found.attributes} <= {*ATTRIBUTES.split()}
    assert all(value.startswith("#check") for name, value in found.attributes if name == "href")
    assert page(verdict) == content
    text = content.decode()
    drawings = [ET.fromstring(each) for each in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]
    places = [shape.get(name, "") for each in drawings for shape in each.iter() for name in SHAPES]
    assert not [place for place in places if "nan" in place or "inf" in place]
    ids = [value for name, value in found.attributes if name == "id"]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("name", EVERY)
def test_a_page_shows_every_check_reason_and_digest(name: str) -> None:
    verdict = EVERY[name]()
    shown = " ".join(Reader(page(verdict)).texts)
    for ruling in verdict.rulings:
        assert ruling.rule in shown
        assert ruling.why in shown
        assert ruling.limit in shown
    assert verdict.candidate in shown
    assert all(each.digest in shown for each in verdict.sets)
