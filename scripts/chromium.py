"""A headless Chromium, told what to do over the DevTools protocol: https://chromedevtools.github.io/devtools-protocol/.

It talks through a pair of pipes, so that it needs neither a port nor a package.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_SECONDS = 30.0
# No update, no first-run page, nothing from the network but the page; as root in a container there is no sandbox.
_OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--remote-debugging-pipe",
)


def executable() -> str:
    """Where Chromium is; empty where it is not installed."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((found for name in names if (found := shutil.which(name))), "")


@dataclass
class Tab:
    """One page, and what happened in it. Every method waits for the answer, at most half a minute."""

    write: int
    read: int
    session: str = ""
    events: list[Mapping[str, Any]] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""

    def ask(self, method: str, **params: object) -> Any:  # noqa: ANN401 (JSON)
        """The result of a command; RuntimeError where Chromium refuses it."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        message |= {"sessionId": self.session} if self.session else {}
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while (answer := self._next()).get("id") != self._number:
            self.events.append(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def open(self, address: str, *, width: int, height: int = 900, dark: bool = False, media: str = "") -> None:
        """Load a page in a window of that size, and wait until it is drawn."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.ask("Emulation.setEmulatedMedia", media=media, features=scheme)
        self.ask("Page.navigate", url=address)
        until = time.monotonic() + _SECONDS
        while self.run("document.readyState") != "complete" or self.run("location.href") != address:
            if time.monotonic() > until:
                raise TimeoutError(address)
            time.sleep(0.02)

    def run(self, script: str, *, wait: bool = False) -> Any:  # noqa: ANN401 (JSON)
        """The value of an expression in the page; of a promise, what it becomes, where we `wait` for it."""
        answer = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=wait)
        return answer["result"].get("value")

    def happened(self, *methods: str) -> list[Mapping[str, Any]]:
        """The events of those kinds, up to the last answer."""
        return [event for event in self.events if event.get("method") in methods]

    def picture(self, *, whole: bool = False) -> bytes:
        """A PNG of the window, or of the whole page."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"])

    def pdf(self) -> bytes:
        """The page as it is printed."""
        return base64.b64decode(self.ask("Page.printToPDF", printBackground=True)["data"])

    def _next(self) -> Mapping[str, Any]:
        until = time.monotonic() + _SECONDS
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.read], [], [], max(0.0, until - time.monotonic()))
            content = os.read(self.read, 1 << 20) if ready else b""
            if not content:
                raise TimeoutError("Chromium does not answer")
            self._rest += content
        line, _, self._rest = self._rest.partition(b"\0")
        found: Mapping[str, Any] = json.loads(line)
        return found


@contextmanager
def tab() -> Iterator[Tab]:
    """Start a Chromium with a profile of its own, and one page in it; both are gone afterwards."""
    commands, answers = os.pipe(), os.pipe()
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        # Chromium reads commands from descriptor 3 and answers to 4. A shell puts them there.
        places = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
        argv = ["bash", "-c", places, "bash", str(commands[0]), str(answers[1]), executable(), *_OPTIONS]
        process = subprocess.Popen(
            [*argv, f"--user-data-dir={profile}"],
            pass_fds=(commands[0], answers[1]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": profile},
        )
        os.close(commands[0])
        os.close(answers[1])
        try:
            yield _page(Tab(write=commands[1], read=answers[0]))
        finally:
            os.close(commands[1])
            os.close(answers[0])
            process.kill()
            process.wait()
            _gone(Path(profile))


def _page(browser: Tab) -> Tab:
    target = browser.ask("Target.createTarget", url="about:blank")["targetId"]
    browser.session = browser.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.ask(f"{domain}.enable")
    return browser


def _gone(profile: Path) -> None:
    """Chromium's other processes end a moment after the first, and write until then."""
    for _ in range(50):
        shutil.rmtree(profile, ignore_errors=True)
        if not profile.exists():
            return
        time.sleep(0.05)
