"""GitLab's runner API as a small server that keeps what it is told, over real HTTP, for the real python-gitlab.

What it accepts, answers and refuses follows GitLab's own definitions, and nothing else is accepted:

- `POST /user/runners`: https://docs.gitlab.com/api/users/#create-a-runner-linked-to-a-user (lib/api/user_runners.rb).
- `/runners`, `/runners/all`, `/runners/:id`, `/projects/:id/runners`, `/groups/:id/runners`, and
  `/runners/:id/reset_authentication_token`: https://docs.gitlab.com/api/runners/ (lib/api/ci/runners.rb).
- Scopes `create_runner`, `manage_runner`, `api`, `read_api`: https://docs.gitlab.com/security/tokens/.
- Pages and their headers: https://docs.gitlab.com/api/rest/#offset-based-pagination.
- `429` with `Retry-After`: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers.
- Least `maximum_timeout`, longest note, statuses, types, access levels: app/models/ci/runner.rb.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

from tests.gitlab_runner_rules import (
    CHANGE,
    CREATION,
    ROLES,
    Refused,
    User,
    checked,
    details,
    find,
    matches,
    need,
    refuse,
    summary,
    validate,
)

__all__ = ["TOKEN", "FakeRunners", "User", "serve", "unhindered"]

TOKEN = "glpat-secret-of-an-administrator"


def unhindered(request: str) -> None:
    """What happens before a request, where a test wants nothing to."""


@dataclass
class Failure:
    """An answer that comes instead of the right one, `times` times, for requests that begin with `request`."""

    request: str
    status: int
    times: int
    headers: Mapping[str, str]
    body: Mapping[str, object]
    done: bool  # whether the request is carried out all the same: an answer that got lost


@dataclass
class FakeRunners:
    """The instance. `requests`: method and path of each request, in order. `runners`: what GitLab holds, by number."""

    url: str = ""
    users: dict[str, User] = field(default_factory=lambda: {TOKEN: User(frozenset({"api"}), admin=True)})
    projects: dict[int, str] = field(default_factory=lambda: {7: "group/project"})
    groups: dict[int, str] = field(default_factory=lambda: {3: "group"})
    runners: dict[int, dict[str, Any]] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    expires: str | None = None  # when new tokens end
    last: int = 41  # the number of the newest runner; none is given out twice
    date: str = ""  # the header Date, instead of the machine's clock
    # Called with each request before it is carried out: a test may wait here, or change the world.
    before: Callable[[str], None] = field(default_factory=lambda: unhindered)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(
        self,
        request: str,
        status: int,
        *,
        times: int = 1,
        headers: Mapping[str, str] | None = None,
        body: Mapping[str, object] | None = None,
        done: bool = False,
    ) -> None:
        """Answer the next requests like `POST /user/runners` with this status."""
        said = body if body is not None else {"message": f"{status} for the test"}
        self.failures.append(Failure(request, status, times, headers or {}, said, done))

    def add(self, *, owner: str = "project_type", place: int = 7, **more: Any) -> int:
        """A runner that is there already; `more` are fields of its details."""
        self.last += 1
        number = self.last
        self.runners[number] = {
            "id": number,
            "description": "",
            "ip_address": None,
            "paused": False,
            "runner_type": owner,
            "name": "gitlab-runner",
            "contacted_at": "2026-01-01T00:00:00.000Z",
            "online": True,
            "stale": False,
            "tag_list": [],
            "run_untagged": False,
            "locked": False,
            "maximum_timeout": None,
            "access_level": "not_protected",
            "version": "18.5.0",
            "revision": "abcdef01",
            "platform": "linux",
            "architecture": "amd64",
            "maintenance_note": None,
            "place": place,
            "token": f"glrt-{number:020d}",
            **more,
        }
        return number

    def answer(self, method: str, path: str, query: Mapping[str, str], body: Any, token: str) -> tuple[int, Any, Any]:
        """Status, body and headers for one request."""
        self.requests.append(f"{method} {path}")
        self.before(f"{method} {path}")
        with self.lock:
            try:
                return self._answer(method, path, query, body, token)
            except Refused as refused:
                return refused.status, refused.body, {}

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: Any, token: str) -> tuple[int, Any, Any]:
        failure = next(
            (each for each in self.failures if each.times and f"{method} {path}".startswith(each.request)), None
        )
        if failure:
            failure.times -= 1
            if failure.done:
                self._route(method, path, query, body, token)
            return failure.status, failure.body, failure.headers
        return self._route(method, path, query, body, token)

    def _route(self, method: str, path: str, query: Mapping[str, str], body: Any, token: str) -> tuple[int, Any, Any]:
        user = self.users.get(token)
        if user is None:
            raise refuse(401, "401 Unauthorized")
        for verb, pattern, call in self._routes():
            if verb == method and (found := re.fullmatch(pattern, path)):
                groups = [unquote(part) for part in found.groups()]
                return call(user, *groups, query=query, body=body)
        raise Refused(404, {"error": "404 Not Found"})

    def _routes(self) -> list[tuple[str, str, Callable[..., tuple[int, Any, Any]]]]:
        return [
            ("POST", "/user/runners", self._create),
            ("GET", "/runners", self._owned),
            ("GET", "/runners/all", self._all),
            ("GET", r"/runners/(\d+)", self._show),
            ("PUT", r"/runners/(\d+)", self._change),
            ("DELETE", r"/runners/(\d+)", self._delete),
            ("POST", r"/runners/(\d+)/reset_authentication_token", self._reset),
            ("GET", r"/projects/([^/]+)/runners", self._of_project),
            ("GET", r"/groups/([^/]+)/runners", self._of_group),
            ("GET", r"/projects/([^/]+)", self._project),
            ("GET", r"/groups/([^/]+)", self._group),
        ]

    def _create(self, user: User, *, body: Any, **_: Any) -> tuple[int, Any, Any]:
        need(user, "create_runner", "api")
        given = checked(body, CREATION)
        kind = given.get("runner_type")
        if kind is None:
            raise Refused(400, {"error": "runner_type is missing"})
        place = self._place_of(kind, given)
        if not self._may(user, kind, place):
            raise refuse(403, "403 Forbidden - Insufficient permissions")
        validate(given, tags=given.get("tag_list", []), untagged=given.get("run_untagged", True))
        settings = {key: value for key, value in given.items() if key not in ("runner_type", "group_id", "project_id")}
        number = self.add(owner=kind, place=place, online=False, contacted_at=None, version=None)
        self.runners[number].update(settings)
        shown = self.runners[number]
        return 201, {"id": number, "token": shown["token"], "token_expires_at": self.expires}, {}

    def _place_of(self, kind: str, given: Mapping[str, Any]) -> int:
        if kind == "instance_type":
            return 0
        key, known, what = (
            ("group_id", self.groups, "group") if kind == "group_type" else ("project_id", self.projects, "project")
        )
        if key not in given:
            raise Refused(400, {"error": f"{key} is missing"})
        if given[key] not in known:
            raise refuse(400, f"400 Bad request - Missing/invalid {what}")
        return int(given[key])

    def _may(self, user: User, kind: str, place: int) -> bool:
        """Whether the user may administer runners of that owner."""
        if user.admin or kind == "instance_type":
            return user.admin
        path, least = (
            (self.groups.get(place), "owner") if kind == "group_type" else (self.projects.get(place), "maintainer")
        )
        return bool(path) and ROLES.get(user.roles.get(str(path), ""), 0) >= ROLES[least]

    def _owned(self, user: User, *, query: Mapping[str, str], **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        mine = [each for each in self.runners.values() if self._may(user, each["runner_type"], each["place"])]
        return self._page(mine, "/runners", query)

    def _all(self, user: User, *, query: Mapping[str, str], **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        if not user.admin:
            raise refuse(403, "403 Forbidden")
        return self._page(list(self.runners.values()), "/runners/all", query)

    def _of_project(self, user: User, place: str, *, query: Mapping[str, str], **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        number, path = find(self.projects, place, user, "Project")
        if not (user.admin or ROLES.get(user.roles.get(path, ""), 0) >= ROLES["maintainer"]):
            raise refuse(403, "403 Forbidden")
        above = {number_ for number_, name in self.groups.items() if path.startswith(f"{name}/")}
        seen = [
            each
            for each in self.runners.values()
            if each["runner_type"] == "instance_type"
            or (each["runner_type"] == "group_type" and each["place"] in above)
            or (each["runner_type"] == "project_type" and each["place"] == number)
        ]
        return self._page(seen, f"/projects/{quote(place, safe='')}/runners", query)

    def _of_group(self, user: User, place: str, *, query: Mapping[str, str], **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        number, path = find(self.groups, place, user, "Group")
        if not (user.admin or ROLES.get(user.roles.get(path, ""), 0) >= ROLES["owner"]):
            raise refuse(403, "403 Forbidden")
        seen = [
            each
            for each in self.runners.values()
            if each["runner_type"] == "instance_type"
            or (each["runner_type"] == "group_type" and each["place"] == number)
        ]
        return self._page(seen, f"/groups/{quote(place, safe='')}/runners", query)

    def _project(self, user: User, place: str, **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        number, path = find(self.projects, place, user, "Project")
        return 200, {"id": number, "path_with_namespace": path}, {}

    def _group(self, user: User, place: str, **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api")
        number, path = find(self.groups, place, user, "Group")
        return 200, {"id": number, "full_path": path}, {}

    def _show(self, user: User, number: str, **_: Any) -> tuple[int, Any, Any]:
        need(user, "api", "read_api", "manage_runner")
        found = self._get(number)
        if found["runner_type"] != "instance_type" and not self._may(user, found["runner_type"], found["place"]):
            raise refuse(403, "403 Forbidden - No access granted")
        return 200, details(found), {}

    def _change(self, user: User, number: str, *, body: Any, **_: Any) -> tuple[int, Any, Any]:
        found = self._mine(user, number)
        given = checked(body, CHANGE)
        if not given:
            raise Refused(
                400, {"error": f"{', '.join(sorted(CHANGE))} are missing, at least one parameter must be provided"}
            )
        if "active" in given and "paused" in given:
            raise Refused(400, {"error": "active, paused are mutually exclusive"})
        if "active" in given:
            given["paused"] = not given.pop("active")
        validate(
            given,
            tags=given.get("tag_list", found["tag_list"]),
            untagged=given.get("run_untagged", found["run_untagged"]),
        )
        found.update(given)
        return 200, details(found), {}

    def _delete(self, user: User, number: str, **_: Any) -> tuple[int, Any, Any]:
        self._mine(user, number)
        del self.runners[int(number)]
        return 204, None, {}

    def _reset(self, user: User, number: str, **_: Any) -> tuple[int, Any, Any]:
        found = self._mine(user, number)
        found["rotations"] = found.get("rotations", 0) + 1
        found["token"] = f"glrt-{int(number):010d}{found['rotations']:010d}"
        return 201, {"token": found["token"], **({"token_expires_at": self.expires} if self.expires else {})}, {}

    def _mine(self, user: User, number: str) -> dict[str, Any]:
        need(user, "api", "manage_runner")
        found = self._get(number)
        if not self._may(user, found["runner_type"], found["place"]):
            raise refuse(403, "403 Forbidden - No access granted")
        return found

    def _get(self, number: str) -> dict[str, Any]:
        found = self.runners.get(int(number))
        if found is None:
            raise refuse(404, "404 Not found")
        return found

    def _page(self, found: list[dict[str, Any]], path: str, query: Mapping[str, str]) -> tuple[int, Any, Any]:
        chosen = [each for each in found if matches(each, query)]
        size = min(int(query.get("per_page", 20)), 100)
        page, pages = int(query.get("page", 1)), max(1, -(-len(chosen) // size))
        headers = {"X-Page": page, "X-Per-Page": size, "X-Total": len(chosen), "X-Total-Pages": pages}
        if page < pages:
            following = "&".join(f"{key}={quote(value)}" for key, value in {**query, "page": str(page + 1)}.items())
            headers["X-Next-Page"] = page + 1
            headers["Link"] = f'<{self.url}/api/v4{path}?{following}>; rel="next"'  # type: ignore[assignment]
        return 200, [summary(each) for each in chosen[(page - 1) * size : page * size]], headers


@contextmanager
def serve() -> Iterator[FakeRunners]:
    """Run the server on loopback until the block ends."""
    fake = FakeRunners()

    class Handler(BaseHTTPRequestHandler):
        def date_time_string(self, timestamp: float | None = None) -> str:
            return fake.date or super().date_time_string(timestamp)

        def _do(self) -> None:
            parts = urlsplit(self.path)
            query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            body = json.loads(content) if content else None
            path = parts.path.removeprefix("/api/v4")
            status, answer, headers = fake.answer(
                self.command, path, query, body, self.headers.get("PRIVATE-TOKEN", "")
            )
            sent = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(sent)))
            for name, value in headers.items():
                self.send_header(name, str(value))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(sent)

        do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = _do  # noqa: N815 (names that http.server looks for)

        def log_message(self, *args: object) -> None:
            """Say nothing: the test's output is its own."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        fake.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield fake
        finally:
            server.shutdown()
            thread.join()
