"""GitLab's runner API, through python-gitlab. https://docs.gitlab.com/api/runners/."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import gitlab
import requests

from mlgitlab.adapters.gitlab_trouble import refused, unreachable
from mlgitlab.errors import WorldError
from mlgitlab.runners import AccessLevel, Owner, Runner, RunnerStatus, RunnerType, Settings, Token

T = TypeVar("T")
_TIMEOUT = 30.0  # seconds for one request
_LONGEST_WAIT = 60.0  # seconds that GitLab may ask us to wait, before that is an answer for the user
_TRIES = 3
_PER_PAGE = 100
_CREATE = "create_runner (or api)"
_MANAGE = "manage_runner (or api)"
_LIST = "api or read_api"
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


class GitLabRunners:
    """Asks one instance with one token. Times are seconds.

    `patience`: the longest wait that a 429 may ask for; more than that is a WorldError that says so. The token is in
    no message.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        patience: float = _LONGEST_WAIT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._secrets = url, (token,)
        self._patience, self._sleep = patience, sleep
        self._asked_to_wait = ""
        session = requests.Session()
        # Redirects are followed by requests, and a POST would become a GET: python-gitlab notices, and says so.
        session.hooks["response"].append(self._remember)
        self._client = gitlab.Gitlab(url, private_token=token, timeout=_TIMEOUT, session=session)

    def visible(self, owner: Owner, tags: Sequence[str] = ()) -> tuple[Runner, ...]:
        """See RunnerList."""
        what = f"list the runners of {_named(owner)}"
        query: dict[str, Any] = {"iterator": True, "per_page": _PER_PAGE, "obey_rate_limit": False}
        if tags:
            query["tag_list"] = list(tags)
        with self._explained(what, _LIST):
            found = self._patiently(what, lambda: [item.attributes for item in self._listing(owner).list(**query)])
        return tuple(sorted((self._detailed(item, tuple(tags)) for item in found), key=lambda runner: runner.id))

    def get(self, number: int) -> Runner | None:
        """See RunnerApi."""
        what = f"look at runner {number}"
        with self._explained(what, _MANAGE):
            try:
                return _runner(self._patiently(what, lambda: self._details(number)))
            except gitlab.GitlabGetError as error:
                if error.response_code == 404:
                    return None
                raise

    def create(self, owner: Owner, settings: Settings) -> Token:
        """See RunnerApi."""
        what = f"create a runner of {_named(owner)}"
        body = {"runner_type": str(owner.type), **_body(settings)}
        if owner.type is RunnerType.PROJECT:
            body["project_id"] = self._number(self._client.projects, owner)
        elif owner.type is RunnerType.GROUP:
            body["group_id"] = self._number(self._client.groups, owner)
        with self._explained(what, _CREATE):
            answer = self._patiently(what, lambda: self._post("/user/runners", body))
        return _token(answer)

    def update(self, number: int, settings: Settings) -> Runner:
        """See RunnerApi."""
        return self._put(number, _body(settings), f"change runner {number}")

    def pause(self, number: int, paused: bool) -> Runner:
        """See RunnerApi."""
        return self._put(number, {"paused": paused}, f"{'pause' if paused else 'resume'} runner {number}")

    def delete(self, number: int) -> None:
        """See RunnerApi."""
        what = f"delete runner {number}"
        with self._explained(what, _MANAGE):
            try:
                self._patiently(what, lambda: self._client.runners.delete(number, obey_rate_limit=False))
            except gitlab.GitlabDeleteError as error:
                if error.response_code != 404:
                    raise

    def rotate(self, number: int) -> Token:
        """See RunnerApi. `POST /runners/:id/reset_authentication_token`."""
        what = f"make a new token for runner {number}"
        path = f"/runners/{number}/reset_authentication_token"
        with self._explained(what, _MANAGE):
            answer = self._patiently(what, lambda: self._post(path, {}))
        return _token({"id": number, **answer})

    def _listing(self, owner: Owner) -> Any:  # noqa: ANN401 (python-gitlab's managers have no common type)
        if owner.type is RunnerType.PROJECT:
            return self._client.projects.get(owner.place, lazy=True).runners
        if owner.type is RunnerType.GROUP:
            return self._client.groups.get(owner.place, lazy=True).runners
        return self._client.runners_all

    def _number(self, manager: Any, owner: Owner) -> int:  # noqa: ANN401
        """GitLab creates runners by the number of their project or group alone."""
        if owner.place.isdecimal():
            return int(owner.place)
        what = f"look up the number of {_named(owner)}"
        with self._explained(what, f"{_LIST}, or give the number instead of the path"):
            found = self._patiently(what, lambda: manager.get(owner.place, obey_rate_limit=False))
        return int(found.id)

    def _detailed(self, item: Mapping[str, Any], tags: tuple[str, ...]) -> Runner:
        what = f"look at runner {item['id']}"
        with self._explained(what, _LIST):
            try:
                return _runner(self._patiently(what, lambda: self._details(item["id"])))
            except gitlab.GitlabGetError as error:
                # 403: a runner of a group where we have no role. 404: deleted since the list was made.
                if error.response_code not in (403, 404):
                    raise
        return _runner({**item, "tag_list": tags}, detailed=False)

    def _details(self, number: int) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._client.runners.get(number, obey_rate_limit=False).attributes
        return found

    def _put(self, number: int, body: Mapping[str, Any], what: str) -> Runner:
        with self._explained(what, _MANAGE):
            answer = self._patiently(
                what,
                # Not `runners.update`: of the settings that python-gitlab knows, `paused` and the note are missing.
                lambda: self._client.http_put(f"/runners/{number}", post_data=dict(body), obey_rate_limit=False),
            )
        assert isinstance(answer, dict)
        return _runner(answer)

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        answer = self._client.http_post(path, post_data=dict(body), obey_rate_limit=False)
        assert isinstance(answer, dict)
        return answer

    def _remember(self, response: requests.Response, *_: object, **__: object) -> None:
        self._asked_to_wait = response.headers.get("Retry-After", "")

    def _patiently(self, what: str, ask: Callable[[], T]) -> T:
        """Wait and ask again where GitLab limits the rate: what it refused that way it has not done."""
        for _ in range(_TRIES):
            try:
                return ask()
            except gitlab.GitlabError as error:
                if error.response_code != 429:
                    raise
                seconds = int(self._asked_to_wait) if self._asked_to_wait.isdecimal() else 1
                if seconds > self._patience:
                    raise WorldError(
                        f"GitLab at {self._url} limits the rate (429) of: {what}",
                        f"it asks to wait {seconds} seconds: run the command again then",
                    ) from None
                self._sleep(seconds)
        return ask()

    @contextmanager
    def _explained(self, what: str, scopes: str) -> Iterator[None]:
        try:
            yield
        except gitlab.GitlabError as error:
            raise refused(error, what, self._url, scopes=scopes, secrets=self._secrets) from None
        except requests.RequestException as error:
            raise unreachable(error, self._url) from None


def _named(owner: Owner) -> str:
    kind = str(owner.type).removesuffix("_type")
    return f"{kind} {owner.place}" if owner.place else f"the {kind}"


def _body(settings: Settings) -> dict[str, Any]:
    """What is sent; the tags as GitLab takes them in a body, one text with commas."""
    body: dict[str, Any] = {
        "description": settings.description,
        "tag_list": ",".join(settings.tags),
        "run_untagged": settings.run_untagged,
        "locked": settings.locked,
        "access_level": str(settings.access),
        "maintenance_note": settings.note,
    }
    if settings.maximum_timeout is not None:
        body["maximum_timeout"] = settings.maximum_timeout
    return body


def _token(answer: Mapping[str, Any]) -> Token:
    expires = str(answer.get("token_expires_at") or "")
    known = expires if _TIME.fullmatch(expires) else ""
    return Token(id=int(answer["id"]), secret=str(answer["token"]), expires=known)


def _runner(item: Mapping[str, Any], *, detailed: bool = True) -> Runner:
    status = RunnerStatus(item["status"]) if item.get("status") in set(RunnerStatus) else RunnerStatus.OFFLINE
    return Runner(
        id=int(item["id"]),
        description=str(item.get("description") or ""),
        type=RunnerType(item["runner_type"]),
        status=status,
        online=bool(item.get("online")),
        paused=bool(item["paused"] if "paused" in item else not item.get("active", True)),
        tags=tuple(sorted(item.get("tag_list") or ())),
        access=AccessLevel(item.get("access_level") or AccessLevel.NOT_PROTECTED),
        maximum_timeout=item.get("maximum_timeout"),
        run_untagged=bool(item.get("run_untagged")),
        locked=bool(item.get("locked")),
        version=str(item.get("version") or ""),
        contacted=str(item.get("contacted_at") or ""),
        note=str(item.get("maintenance_note") or ""),
        detailed=detailed,
    )
