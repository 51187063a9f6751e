"""The page of a verdict in a real Chromium: light, dark, narrow, printed, and without a question to anybody."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from mlgitlab.cli.wiring.gate_report import page
from scripts import chromium
from scripts.chromium import Tab
from tests.verdicts import EVERY

pytestmark = pytest.mark.skipif(
    not chromium.executable(), reason="Chromium is not installed (apt-get install --no-install-recommends chromium)"
)
# What somebody would see: the colours behind the text and of it, and the tone of the verdict.
COLORS = "['body', '.verdict h1', '.mlc text'].map(each => { const s = getComputedStyle(document.querySelector(each)); "
COLORS += "return each == '.mlc text' ? s.fill : each == 'body' ? s.backgroundColor : s.color })"
CONTRASTS = """
(() => {
  const parts = color => color.match(/[\\d.]+/g).map(Number)
  const light = color => parts(color).slice(0, 3)
    .map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  const behind = each => {
    for (; each; each = each.parentElement) {
      const color = getComputedStyle(each).backgroundColor
      if (parts(color)[3] !== 0) return color
    }
    return 'rgb(255, 255, 255)'
  }
  const texts = [...document.querySelectorAll('body *')].filter(each =>
    [...each.childNodes].some(node => node.nodeType == 3 && node.data.trim()))
  return Math.min(...texts.map(each => {
    const style = getComputedStyle(each)
    const two = [light(each.tagName == 'text' ? style.fill : style.color), light(behind(each))].sort((a, b) => b - a)
    return (two[0] + 0.05) / (two[1] + 0.05)
  }))
})()
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Tab]:
    with chromium.tab() as found:
        yield found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pages")
    for name, verdict in EVERY.items():
        (made / f"{name}.html").write_bytes(page(verdict()))
    return made


def open_(browser: Tab, folder: Path, name: str, *, width: int = 1240, dark: bool = False, media: str = "") -> None:
    browser.open((folder / f"{name}.html").as_uri(), width=width, dark=dark, media=media)


@pytest.mark.parametrize("name", EVERY)
def test_nothing_is_asked_of_anybody_and_nothing_complains(browser: Tab, folder: Path, name: str) -> None:
    browser.events.clear()
    open_(browser, folder, name)
    asked = [each["params"]["request"]["url"] for each in browser.happened("Network.requestWillBeSent")]
    assert asked == [(folder / f"{name}.html").as_uri()]
    assert not browser.happened("Log.entryAdded", "Runtime.consoleAPICalled", "Runtime.exceptionThrown")


def test_a_server_of_the_page_is_asked_for_the_page_alone(browser: Tab) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            content = page(EVERY["fail"]())
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        browser.open(f"http://127.0.0.1:{server.server_address[1]}/report.html", width=800)
        browser.run("new Promise(done => setTimeout(done, 300))", wait=True)
        server.shutdown()
        thread.join()
    assert asked == ["/report.html"]


@pytest.mark.parametrize("name", ["pass", "fail", "inconclusive"])
def test_the_reader_chooses_light_or_dark_and_all_text_has_contrast(browser: Tab, folder: Path, name: str) -> None:
    open_(browser, folder, name)
    light, readable = browser.run(COLORS), browser.run(CONTRASTS)
    open_(browser, folder, name, dark=True)
    dark, readable_in_the_dark = browser.run(COLORS), browser.run(CONTRASTS)
    assert light[0] == "rgb(255, 255, 255)"
    assert dark[0] == "rgb(20, 23, 27)"
    assert all(one != other for one, other in zip(light, dark, strict=True))
    # The least that WCAG 2.2 asks of text (1.4.3).
    assert min(readable, readable_in_the_dark) >= 4.5


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("width", [320, 400, 900, 1240])
def test_it_fits_the_width_of_any_screen(browser: Tab, folder: Path, name: str, width: int) -> None:
    open_(browser, folder, name, width=width)
    browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert browser.run("document.documentElement.scrollWidth") <= width


def test_a_long_word_does_not_widen_the_page(browser: Tab, folder: Path) -> None:
    long = "x" * 500
    rulings = tuple(
        replace(ruling, rule=long, why=long, limit=long, slice=long, dataset=long) for ruling in EVERY["fail"]().rulings
    )
    curves = tuple(replace(curve, title=long, labels=(long,) * 6) for curve in EVERY["fail"]().curves)
    verdict = replace(EVERY["fail"](), model=long, rulings=rulings, curves=curves, weakened=(long,), facts={long: long})
    (folder / "long.html").write_bytes(page(verdict))
    for width in (400, 1240):
        open_(browser, folder, "long", width=width)
        browser.run("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert browser.run("document.documentElement.scrollWidth") <= width


def test_on_paper_it_is_light_and_whole(browser: Tab, folder: Path) -> None:
    open_(browser, folder, "fail", dark=True, media="print")
    assert browser.run(COLORS)[0] == "rgb(255, 255, 255)"
    folded = "document.querySelector('details.fold tbody').getBoundingClientRect().height"
    assert browser.run(folded) > 50
    # Some 32 checks and their charts: not a page for each.
    assert 3 <= browser.pdf().count(b"/Type /Page\n") <= 12


def test_a_screen_reader_finds_headings_tables_and_pictures_with_names(browser: Tab, folder: Path) -> None:
    open_(browser, folder, "fail")
    browser.ask("Accessibility.enable")
    nodes = browser.ask("Accessibility.getFullAXTree")["nodes"]
    browser.ask("Accessibility.disable")
    named = [
        (each["role"]["value"], each.get("name", {}).get("value", "").strip()) for each in nodes if not each["ignored"]
    ]
    assert ("heading", "Worse than production") in named
    assert ("table", "Metrics") in named
    assert {"columnheader", "rowheader"} <= {role for role, _ in named}
    pictures = [name for role, name in named if role in ("image", "img", "SvgRoot")]
    assert len(pictures) >= 5
    assert all(pictures)
