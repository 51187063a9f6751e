"""A fake Kubernetes: an API server over real HTTP, and of each controller as much as a rollout needs.

It keeps objects, validates them against the schemas that the projects publish (tests/crds), knows server-side apply
with dry runs, unknown fields, names and labels, and generations. Its controllers do their next step whenever an object
is looked at; `verdicts` says what they find about a model. What it is modelled on:
https://kubernetes.io/docs/reference/using-api/server-side-apply/, https://argo-rollouts.readthedocs.io,
https://docs.flagger.app/usage/how-it-works, https://kserve.github.io/website.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import yaml

from mlgitlab.adapters.kubectl import trouble
from mlgitlab.jobs.deploy.answers import text
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest
from tests.cluster_controllers import Controllers
from tests.cluster_kinds import NAMESPACE, Kind, api, digest_of, discovery, kinds, problems


@dataclass
class FakeCluster(Controllers):
    """The server: what was applied, what it was asked, and what it refuses."""

    url: str = ""
    applied: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    denied: str = ""
    status: int = 0
    numbers: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)

    def apply(self, kind: Kind, name: str, wanted: dict[str, Any], *, dry: bool) -> dict[str, Any]:
        """Server-side apply by one manager: what it set before and does not set now is taken away."""
        key = (kind.plural, name)
        live = copy.deepcopy(self.objects.get(key, {}))
        made: dict[str, Any] = _merged(_without(live, self.applied.get(key, {}), wanted), wanted)
        if dry:
            return made
        self.applied[key] = copy.deepcopy(wanted)
        self.put(kind.plural, name, made)
        return self.objects[key]

    def delete(self, plural: str, name: str) -> dict[str, Any] | None:
        self.applied.pop((plural, name), None)
        return self.objects.pop((plural, name), None)

    def selected(self, name: str) -> str:
        """The model that a Service sends everything to; empty for nobody, or more than one."""
        service = self.objects.get(("services", name))
        chosen = service["spec"]["selector"] if service else {"no": "body"}
        found = set()
        for (plural, _), each in self.objects.items():
            if plural == "deployments":
                labels = each["spec"]["template"]["metadata"]["labels"]
                if chosen.items() <= labels.items():
                    found.add(digest_of(each["spec"]["template"]))
        return found.pop() if len(found) == 1 else ""

    def answer(self, method: str, address: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        """What the server answers to a request: the status, and the body."""
        with self.lock:
            return self._answered(method, urlsplit(address), body)

    def _answered(self, method: str, split: SplitResult, body: bytes) -> tuple[int, dict[str, Any]]:
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        if discovered := discovery(split.path):
            return 200, discovered
        if self.status:
            return self.status, _status(self.status, "Forbidden", "rollouts is forbidden")
        if found := re.fullmatch(r"/api/v1/namespaces/([^/]+)/services/([^/]+)/proxy/api/v1/query", split.path):
            return self._query(f"{found[1]}/{found[2]}", query["query"])
        for kind in kinds().values():
            form = rf"{kind.path}/namespaces/{NAMESPACE}/{kind.plural}(?:/([^/]+))?"
            if found := re.fullmatch(form, split.path):
                return self._object(method, kind, found[1] or "", query, body)
        return 404, _status(404, "NotFound", "the server could not find the requested resource")

    def _query(self, service: str, query: str) -> tuple[int, dict[str, Any]]:
        self.log.append(f"QUERY {service} {query}")
        for (word, digest), result in self.numbers.items():
            if word in query and digest in query:
                return 200, {"status": "success", "data": {"resultType": "vector", "result": result}}
        return 200, {"status": "success", "data": {"resultType": "vector", "result": []}}

    def _object(
        self, method: str, kind: Kind, name: str, query: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, Any]]:
        about = f'{kind.plural}{"." + kind.group if kind.group else ""} "{name}"'
        if method == "PATCH":
            return self._patched(kind, name, query, body)
        if method == "DELETE":
            self.log.append(f"DELETE {kind.plural}/{name}")
            gone = self.delete(kind.plural, name)
            return (200, gone) if gone else (404, _status(404, "NotFound", f"{about} not found"))
        if not name:
            chosen = dict(each.split("=") for each in query.get("labelSelector", "").split(",") if each)
            names = sorted(each for plural, each in self.objects if plural == kind.plural)
            items = [self.look(kind.plural, each) for each in names]
            chosen_items = [
                each for each in items if each and chosen.items() <= each["metadata"].get("labels", {}).items()
            ]
            listed = {"kind": f"{kind.kind}List", "apiVersion": api(kind), "metadata": {"resourceVersion": "1"}}
            return 200, {**listed, "items": chosen_items}
        found = self.look(kind.plural, name)
        return (200, found) if found else (404, _status(404, "NotFound", f"{about} not found"))

    def _patched(self, kind: Kind, name: str, query: dict[str, str], body: bytes) -> tuple[int, dict[str, Any]]:
        assert query["fieldManager"] == "mlgitlab"
        wanted, dry = yaml.safe_load(body), query.get("dryRun") == "All"
        self.log.append(f"{'TRY' if dry else 'APPLY'} {kind.plural}/{name}")
        if wrong := problems(kind, wanted):
            return 422, _status(422, "Invalid", f'{kind.kind} "{name}" is invalid: {"; ".join(wrong)}')
        if self.denied:
            return 400, _status(400, "BadRequest", f'admission webhook "x" denied the request: {self.denied}')
        return 200, self.apply(kind, name, wanted, dry=dry)


def _without(live: Any, before: Any, wanted: Any) -> Any:
    if not isinstance(live, dict) or not isinstance(before, dict):
        return live
    mine = wanted if isinstance(wanted, dict) else {}
    return {
        key: _without(value, before.get(key), mine.get(key))
        for key, value in live.items()
        if key not in before or key in mine
    }


def _merged(live: Any, wanted: Any, key: str = "") -> Any:
    # The selector of a Service is replaced whole (`structType=atomic`), and lists are here.
    if not isinstance(live, dict) or not isinstance(wanted, dict) or key == "selector":
        return copy.deepcopy(wanted)
    return {
        **live,
        **{name: _merged(live.get(name), value, name) for name, value in wanted.items()},
    }


def _status(code: int, reason: str, message: str) -> dict[str, Any]:
    return {
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": message, "reason": reason, "code": code,
    }  # fmt: skip


class _Handler(BaseHTTPRequestHandler):
    cluster: FakeCluster
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: with two, the second waits for an acknowledgement

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        code, found = self.cluster.answer(self.command, self.path, body)
        content = json.dumps(found).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_PATCH = do_DELETE = _answer  # noqa: N815


@dataclass(frozen=True)
class InProcess:
    """The cluster without kubectl and HTTP, for tests of what is decided; trouble is told as kubectl tells it."""

    cluster: FakeCluster

    def apply(self, manifests: Sequence[Manifest]) -> None:
        for trial in ("&dryRun=All", ""):
            for each in manifests:
                (kind,) = [kind for kind in kinds().values() if kind.kind == each["kind"]]
                path = f"{kind.path}/namespaces/{NAMESPACE}/{kind.plural}/{text(each, 'metadata', 'name')}"
                self._asked("PATCH", f"{path}?fieldManager=mlgitlab&force=true{trial}", json.dumps(each).encode())

    def get(self, kind: str, name: str) -> Manifest | None:
        return self._asked("GET", f"{self._folder(kind)}/{name}")

    def listed(self, kind: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
        chosen = ",".join(f"{key}={value}" for key, value in labels.items())
        found = self._asked("GET", f"{self._folder(kind)}?labelSelector={chosen}")
        return tuple(found["items"]) if found else ()

    def delete(self, kind: str, name: str) -> None:
        self._asked("DELETE", f"{self._folder(kind)}/{name}")

    def ask(self, namespace: str, service: str, path: str, query: Mapping[str, str]) -> object:
        return self._asked("GET", f"/api/v1/namespaces/{namespace}/services/{service}/proxy{path}?{urlencode(query)}")

    def _folder(self, kind: str) -> str:
        found = kinds()[kind.partition(".")[0]]
        return f"{found.path}/namespaces/{NAMESPACE}/{found.plural}"

    def _asked(self, method: str, path: str, body: bytes = b"") -> dict[str, Any] | None:
        code, found = self.cluster.answer(method, path, body)
        if code in (200, 404):
            return json.loads(json.dumps(found)) if code == 200 else None
        raise trouble("test", f"Error from server ({found['reason']}): {found['message']}")


@contextlib.contextmanager
def serve() -> Iterator[FakeCluster]:
    """The server, on a port of its own."""
    cluster = FakeCluster()
    handler = type("Handler", (_Handler,), {"cluster": cluster})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    cluster.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield cluster
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def kubeconfig(folder: Path, cluster: FakeCluster) -> Path:
    """A configuration with the context `test`."""
    path = folder / "kubeconfig"
    path.write_text(
        json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "test",
            "clusters": [{"name": "c", "cluster": {"server": cluster.url}}],
            "users": [{"name": "u", "user": {}}],
            "contexts": [{"name": "test", "context": {"cluster": "c", "user": "u"}}],
        }),
        "utf-8",
    )  # fmt: skip
    return path
