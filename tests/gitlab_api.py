"""A small GitLab that keeps what it is told: its CI Lint, notes and issues, over real HTTP, for the real python-gitlab.

Behaviour: https://docs.gitlab.com/api/lint/, https://docs.gitlab.com/api/notes/,
https://docs.gitlab.com/api/issues/#new-issue and https://docs.gitlab.com/api/rest/#pagination.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "glpat-secret-of-the-test"
BOT, PERSON = 71, 72  # users: the token's own, and somebody else
_NOTES = re.compile(r"/api/v4/projects/([^/]+)/merge_requests/(\d+)/notes(?:/(\d+))?")
_ISSUES = re.compile(r"/api/v4/projects/([^/]+)/issues")
_LINT = re.compile(r"/api/v4/projects/([^/]+)/ci/lint")

Answer = tuple[int, object, dict[str, str]]


@dataclass
class Note:
    """A note of a merge request."""

    id: int
    body: str
    author: int = BOT
    system: bool = False

    def shown(self) -> dict[str, object]:
        """As the API has it."""
        return {"id": self.id, "body": self.body, "author": {"id": self.author}, "system": self.system}


@dataclass
class FakeGitLab:
    """What the server answers with, and what it was asked. `status` overrides the status of every answer.

    `statuses` does so for one method and kind of question, such as `POST notes`.
    """

    url: str = ""
    project: str = "group/project"
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    status: int = 0
    statuses: Mapping[str, int] = field(default_factory=dict)
    linted: list[str] = field(default_factory=list)
    merge_request: int = 12
    notes: list[Note] = field(default_factory=list)
    issues: list[dict[str, object]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    broken: bool = False  # a proxy answers in its place, in HTML

    def answer(self, method: str, address: str, token: str | None, body: Mapping[str, str]) -> Answer:
        """The status, the body and headers for one request."""
        path, query = urlsplit(address).path, urlsplit(address).query
        kind = "lint" if _LINT.fullmatch(path) else "notes" if _NOTES.fullmatch(path) else path.rpartition("/")[2]
        self.asked.append(f"{method} {kind}")
        status = self.statuses.get(f"{method} {kind}", self.status)
        if status or token != TOKEN:
            return status or 401, {"message": f"{status or 401} for the test"}, {}
        if (method, path) == ("GET", "/api/v4/user"):
            return 200, {"id": BOT, "username": "project_1_bot"}, {}
        if found := _LINT.fullmatch(path):
            return self._lint(unquote(found[1]), body["content"])
        if (found := _ISSUES.fullmatch(path)) and unquote(found[1]) == self.project and method == "POST":
            return self._opened(body)
        found = _NOTES.fullmatch(path)
        if found and (unquote(found[1]), int(found[2])) == (self.project, self.merge_request):
            return self._listed(path, query) if method == "GET" else self._kept(found[3], body["body"])
        return 404, {"message": "404 Not Found"}, {}

    def _lint(self, project: str, content: str) -> Answer:
        if project != self.project:
            return 404, {"message": "404 Project Not Found"}, {}
        self.linted.append(content)
        answer = {"valid": not self.errors, "errors": list(self.errors), "warnings": list(self.warnings)}
        return 200, {**answer, "merged_yaml": content, "includes": []}, {}

    def _opened(self, wanted: Mapping[str, str]) -> Answer:
        if not wanted.get("title"):
            return 400, {"message": {"title": ["can't be blank"]}}, {}
        number = len(self.issues) + 1
        self.issues.append({**wanted, "iid": number, "web_url": f"{self.url}/{self.project}/-/issues/{number}"})
        return 201, self.issues[-1], {}

    def _listed(self, path: str, query: str) -> Answer:
        asked = {name: values[0] for name, values in parse_qs(query).items()}
        page, size = int(asked.get("page", 1)), min(int(asked.get("per_page", 20)), 100)
        ordered = sorted(self.notes, key=lambda note: note.id, reverse=asked.get("sort", "desc") == "desc")
        here = ordered[(page - 1) * size : page * size]
        more = len(ordered) > page * size
        rest = "&".join(f"{name}={value}" for name, value in asked.items() if name != "page")
        link = {"Link": f'<{self.url}{path}?{rest}&page={page + 1}>; rel="next"'} if more else {}
        return 200, [note.shown() for note in here], link

    def _kept(self, number: str | None, body: str) -> Answer:
        if number is None:
            made = Note(id=max((note.id for note in self.notes), default=0) + 1, body=body)
            self.notes.append(made)
            return 201, made.shown(), {}
        note = next((note for note in self.notes if note.id == int(number)), None)
        if note is None or note.author != BOT:
            return (404 if note is None else 403), {"message": "for the test"}, {}
        note.body = body
        return 200, note.shown(), {}


@contextmanager
def serve() -> Iterator[FakeGitLab]:
    """Run the server on loopback until the block ends."""
    fake = FakeGitLab()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            status, answer, headers = fake.answer(self.command, self.path, self.headers.get("PRIVATE-TOKEN"), body)
            content = b"<html>" if fake.broken else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if fake.broken else "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 (http.server's names)

        def log_message(self, *args: object) -> None:
            """Say nothing: the test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
