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
import functools
import gzip
import hashlib
import json
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlencode, urlsplit

import jsonschema
import yaml

from mlgitlab.adapters.kubectl import trouble
from mlgitlab.jobs.deploy.answers import text
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest

NAMESPACE = "models"
_CRDS = Path(__file__).with_name("crds")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")
_LOOKS = 2  # how often an object is looked at until its controller is done


@dataclass(frozen=True)
class Kind:
    """A kind that the server knows."""

    group: str
    version: str
    kind: str
    plural: str
    schema: Mapping[str, Any]

    @property
    def path(self) -> str:
        return f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"


def closed(schema: Any) -> Any:
    """A schema that refuses unknown fields, as `fieldValidation=Strict` does."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: closed(value) for key, value in schema.items() if key != "format"}
    open_ = "additionalProperties" in made or made.get("x-kubernetes-preserve-unknown-fields")
    if isinstance(schema.get("properties"), dict) and "type" in schema and not open_:
        made["additionalProperties"] = False
    return made


@functools.cache
def kinds() -> Mapping[str, Kind]:
    """The kinds by plural. Of pods, the schema is the one that Argo Rollouts publishes."""
    found = {}
    for file in sorted(_CRDS.glob("*.json.gz")):
        told = json.loads(gzip.decompress(file.read_bytes()))
        schema = closed(told["schema"])
        schema["properties"]["metadata"] = {"type": "object"}
        found[told["plural"]] = Kind(told["group"], told["version"], told["kind"], told["plural"], schema)
    template = found["rollouts"].schema["properties"]["spec"]["properties"]["template"]
    selector = found["rollouts"].schema["properties"]["spec"]["properties"]["selector"]
    whole = {"type": "integer"}
    spec = {"replicas": whole, "progressDeadlineSeconds": whole, "selector": selector, "template": template}
    found["deployments"] = Kind("apps", "v1", "Deployment", "deployments", _schema(spec))
    fields = {"name": {"type": "string"}, "port": whole, "targetPort": whole}
    port = {"type": "object", "additionalProperties": False, "properties": fields}
    labels = {"type": "object", "additionalProperties": {"type": "string"}}
    spec = {"selector": labels, "ports": {"type": "array", "items": port}}
    found["services"] = Kind("", "v1", "Service", "services", _schema(spec))
    return found


def _schema(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    section = {"type": "object", "properties": spec, "additionalProperties": False}
    return {"type": "object", "properties": {"spec": section}, "required": ["spec"]}


def problems(kind: Kind, manifest: Mapping[str, Any]) -> list[str]:
    """What the API server would say against a manifest."""
    found = [
        f"{'.'.join(map(str, error.absolute_path))}: {error.message[:200]}"
        for error in jsonschema.Draft202012Validator(kind.schema).iter_errors(manifest)
    ]
    metadata = manifest.get("metadata", {})
    name = metadata.get("name", "")
    form = _SERVICE_NAME if kind.plural == "services" else _NAME
    if not form.fullmatch(name):
        found.append(f"metadata.name: Invalid value: {name!r}")
    for labels in (
        metadata.get("labels", {}),
        manifest["spec"].get("template", {}).get("metadata", {}).get("labels", {}),
    ):
        found += [f"labels: Invalid value: {value!r}" for value in labels.values() if not _LABEL.fullmatch(value)]
    if not all(isinstance(value, str) for value in metadata.get("annotations", {}).values()):
        found.append("annotations: not a string")
    return found


def digest_of(template: Mapping[str, Any]) -> str:
    return str(next(v["value"] for v in template["spec"]["containers"][0]["env"] if v["name"] == "MLGITLAB_DIGEST"))


def hashed(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:10]


@dataclass
class FakeCluster:
    """The server's state. verdicts: `good` (also for what is not there), `bad`, `undecided`, `broken`, by digest."""

    url: str = ""
    objects: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    applied: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    looks: dict[tuple[str, str], int] = field(default_factory=dict)
    verdicts: dict[str, str] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    denied: str = ""
    status: int = 0
    numbers: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    lock: Any = field(default_factory=threading.RLock)

    def verdict(self, digest: str) -> str:
        return self.verdicts.get(digest, "good")

    def put(self, kind: str, name: str, manifest: dict[str, Any]) -> None:
        """Keep what a controller writes; a new specification is a new generation."""
        key = (kind, name)
        before = self.objects.get(key)
        generation = before["metadata"]["generation"] if before else 0
        changed = before is None or before["spec"] != manifest["spec"]
        manifest["metadata"]["generation"] = generation + changed
        manifest["metadata"]["uid"] = f"uid-{kind}-{name}"
        manifest["metadata"]["resourceVersion"] = str(len(self.log) + 1)
        if changed:
            self.looks[key] = 0
        self.objects[key] = manifest

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

    def look(self, plural: str, name: str) -> dict[str, Any] | None:
        """An object, after its controller has done its next step."""
        found = self.objects.get((plural, name))
        if found is None:
            return None
        self.looks[plural, name] = self.looks.get((plural, name), 0) + 1
        step = {
            "deployments": self._deployment,
            "rollouts": self._rollout,
            "canaries": self._canary,
            "inferenceservices": self._inference_service,
        }.get(plural)
        if step:
            step(name, found, self.looks[plural, name])
        return found

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

    def _deployment(self, _name: str, found: dict[str, Any], looks: int) -> None:
        digest, replicas = digest_of(found["spec"]["template"]), found["spec"].get("replicas", 1)
        status: dict[str, Any] = {"observedGeneration": found["metadata"]["generation"], "replicas": replicas}
        if self.verdict(digest) == "broken" and looks > _LOOKS:
            why = f'ReplicaSet "{found["metadata"]["name"]}" has timed out progressing.'
            status["conditions"] = [{"type": "Progressing", "status": "False", "message": why}]
        elif self.verdict(digest) != "broken" and looks > 1:
            status |= {"updatedReplicas": replicas, "availableReplicas": replicas, "readyReplicas": replicas}
        found["status"] = status

    def _rollout(self, name: str, found: dict[str, Any], looks: int) -> None:
        spec, status = found["spec"], found.setdefault("status", {})
        current, digest = hashed(spec["template"]), digest_of(spec["template"])
        status |= {"observedGeneration": str(found["metadata"]["generation"]), "currentPodHash": current}
        for field_ in ("pauseConditions", "message", "canary", "abort"):
            status.pop(field_, None)
        fast = status.get("stableRS") in (None, current) or current in status.get("old", [])
        verdict = self.verdict(digest)
        if (fast or (looks > _LOOKS and verdict == "good")) and verdict != "broken":
            status["old"] = [*status.get("old", []), current]
            status |= {"phase": "Healthy", "stableRS": current}
            self._select(name, current)
        elif looks <= _LOOKS:
            status |= {
                "phase": "Paused" if looks == _LOOKS else "Progressing",
                "message": "more replicas need to be updated",
            }
            if "trafficRouting" in spec["strategy"].get("canary", {}):
                weight = spec["strategy"]["canary"]["steps"][0]["setWeight"]
                weights = {"canary": {"weight": weight}, "stable": {"weight": 100 - weight}}
                status["canary"] = {"weights": weights}
                status["pauseConditions"] = [{"reason": "CanaryPauseStep", "startTime": "2030-01-01T00:00:00Z"}]
        elif verdict == "undecided":
            reason = "InconclusiveAnalysisRun"
            paused = [{"reason": reason, "startTime": "2030-01-01T00:00:00Z"}]
            status |= {"phase": "Paused", "message": reason, "pauseConditions": paused}
        elif verdict == "slow":
            status |= {"phase": "Progressing", "message": "waiting"}
        else:
            why = (
                f'RolloutAborted: Rollout aborted update to revision 2: Metric "error-rate" assessed Failed: {verdict}'
            )
            status |= {"phase": "Degraded", "abort": True, "message": why}

    def _select(self, name: str, current: str) -> None:
        """Argo Rollouts adds the hash of the pods to the selectors of the Services."""
        for plural, each in list(self.objects):
            if plural == "services" and each in (name, f"{name}-canary", f"{name}-preview"):
                self.objects[plural, each]["spec"]["selector"]["rollouts-pod-template-hash"] = current

    def _canary(self, name: str, found: dict[str, Any], _looks: int) -> None:
        target = self.objects.get(("deployments", name))
        if target is None:
            return
        status, template = found.setdefault("status", {}), target["spec"]["template"]
        now, primary = hashed(template), self.objects.get(("deployments", f"{name}-primary"))
        if primary is None:
            self._promote(name, target)
            status |= {"phase": "Initialized", "lastAppliedSpec": now, "lastPromotedSpec": now, "canaryWeight": 0}
        elif status.get("lastAppliedSpec") != now:
            status["lastAppliedSpec"] = now
            if found["spec"].get("skipAnalysis"):
                self._promote(name, target)
                status |= {"phase": "Succeeded", "lastPromotedSpec": now, "canaryWeight": 0}
            else:
                status |= {"phase": "Progressing", "looks": 0}
        elif status["phase"] == "Progressing":
            status["looks"] += 1
            status["canaryWeight"] = next(iter(found["spec"]["analysis"].get("stepWeights", [0])))
            if status["looks"] > _LOOKS:
                self._decided(name, target, status, now)

    def _decided(self, name: str, target: dict[str, Any], status: dict[str, Any], now: str) -> None:
        good = self.verdict(digest_of(target["spec"]["template"])) == "good"
        status["canaryWeight"] = 0
        target["spec"]["replicas"] = 0
        if good:
            self._promote(name, target)
            status |= {"phase": "Succeeded", "lastPromotedSpec": now}
            return
        why = "Canary analysis failed, Deployment scaled to zero."
        condition = {"type": "Promoted", "status": "False", "reason": "Failed", "message": why}
        status |= {"phase": "Failed", "conditions": [condition]}

    def _promote(self, name: str, target: dict[str, Any]) -> None:
        made = copy.deepcopy(target)
        made["metadata"] = {"name": f"{name}-primary", "generation": 1}
        self.put("deployments", f"{name}-primary", made)

    def _inference_service(self, _name: str, found: dict[str, Any], looks: int) -> None:
        predictors = [found["spec"]["predictor"], *(each["predictor"] for each in found["spec"].get("canary", []))]
        broken = [each for each in predictors if self.verdict(digest_of({"spec": each})) == "broken"]
        ready = looks > 1 and not broken
        status: dict[str, Any] = {
            "observedGeneration": found["metadata"]["generation"],
            "conditions": [{"type": "Ready", "status": "True" if ready else "False"}],
            "canaryStatuses": [
                {"name": each["predictor"]["name"], "ready": ready, "trafficPercent": each["trafficPercent"]}
                for each in found["spec"].get("canary", [])
            ],
        }
        if broken and looks > _LOOKS:
            failure = {"reason": "ModelLoadFailed", "message": "the model cannot be loaded"}
            status["modelStatus"] = {"transitionStatus": "BlockedByFailedLoad", "lastFailureInfo": failure}
        found["status"] = status

    def answer(self, method: str, address: str, body: bytes = b"") -> tuple[int, dict[str, Any]]:
        """What the server answers to a request: the status, and the body."""
        with self.lock:
            return self._answered(method, urlsplit(address), body)

    def _answered(self, method: str, split: SplitResult, body: bytes) -> tuple[int, dict[str, Any]]:
        query = {name: values[0] for name, values in parse_qs(split.query).items()}
        if discovered := _discovery(split.path):
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
            listed = {"kind": f"{kind.kind}List", "apiVersion": _api(kind), "metadata": {"resourceVersion": "1"}}
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


def _api(kind: Kind) -> str:
    return f"{kind.group}/{kind.version}" if kind.group else kind.version


def _discovery(path: str) -> dict[str, Any] | None:
    """What a client asks to know which kinds there are."""
    if path == "/api":
        return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []}
    if path == f"/api/v1/namespaces/{NAMESPACE}":
        return {"kind": "Namespace", "apiVersion": "v1", "metadata": {"name": NAMESPACE}}
    if path == "/apis":
        groups = {kind.group: kind.version for kind in kinds().values() if kind.group}
        return {
            "kind": "APIGroupList", "apiVersion": "v1",
            "groups": [
                {
                    "name": group,
                    "versions": [{"groupVersion": f"{group}/{version}", "version": version}],
                    "preferredVersion": {"groupVersion": f"{group}/{version}", "version": version},
                }
                for group, version in sorted(groups.items())
            ],
        }  # fmt: skip
    here = [kind for kind in kinds().values() if kind.path == path]
    if not here:
        return None
    verbs = ["get", "list", "patch", "delete", "create", "update", "watch"]
    return {
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": _api(here[0]),
        "resources": [
            {"name": each.plural, "singularName": "", "namespaced": True, "kind": each.kind, "verbs": verbs}
            for each in here
        ],
    }  # fmt: skip


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
