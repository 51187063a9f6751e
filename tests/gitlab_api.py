"""A small GitLab that keeps what it is told: its CI Lint and its issues, over real HTTP, for the real python-gitlab.

Behaviour: https://docs.gitlab.com/api/lint/, https://docs.gitlab.com/api/issues/#new-issue
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote

TOKEN = "glpat-secret-of-the-test"


@dataclass
class FakeGitLab:
    """What the server answers with, and what it was asked. `status` overrides every answer's status."""

    url: str = ""
    project: str = "group/project"
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    status: int = 0
    linted: list[str] = field(default_factory=list)
    issues: list[dict[str, object]] = field(default_factory=list)

    def refusal(self, token: str | None, project: str) -> tuple[int, dict[str, object]] | None:
        """What is answered to somebody who may not ask."""
        if self.status:
            return self.status, {"message": f"{self.status} for the test"}
        if token != TOKEN:
            return 401, {"message": "401 Unauthorized"}
        return None if project == self.project else (404, {"message": "404 Project Not Found"})

    def open_issue(self, token: str | None, project: str, wanted: dict[str, object]) -> tuple[int, dict[str, object]]:
        """The status and body for a new issue."""
        if refused := self.refusal(token, project):
            return refused
        if not wanted.get("title"):
            return 400, {"message": {"title": ["can't be blank"]}}
        number = len(self.issues) + 1
        made = {**wanted, "iid": number, "web_url": f"{self.url}/{project}/-/issues/{number}"}
        self.issues.append(made)
        return 201, made

    def lint(self, token: str | None, project: str, content: str) -> tuple[int, dict[str, object]]:
        """The status and body for one request."""
        if refused := self.refusal(token, project):
            return refused
        self.linted.append(content)
        answer = {"valid": not self.errors, "errors": list(self.errors), "warnings": list(self.warnings)}
        return 200, {**answer, "merged_yaml": content, "includes": []}


@contextmanager
def serve() -> Iterator[FakeGitLab]:
    """Run the server on loopback until the block ends."""
    fake = FakeGitLab()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            project, _, what = self.path.removeprefix("/api/v4/projects/").partition("/")
            token = self.headers.get("PRIVATE-TOKEN")
            if what == "issues":
                status, answer = fake.open_issue(token, unquote(project), body)
            else:
                status, answer = fake.lint(token, unquote(project), body["content"])
            content = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            """Say nothing: the test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
