"""The kinds that the fake cluster knows, by the schemas that the projects publish (tests/crds)."""

from __future__ import annotations

import functools
import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema

NAMESPACE = "models"
_CRDS = Path(__file__).with_name("crds")
_NAME = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")
_SERVICE_NAME = re.compile(r"[a-z]([a-z0-9-]{0,61}[a-z0-9])?")
_LABEL = re.compile(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?")


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


def api(kind: Kind) -> str:
    return f"{kind.group}/{kind.version}" if kind.group else kind.version


def discovery(path: str) -> dict[str, Any] | None:
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
        "kind": "APIResourceList", "apiVersion": "v1", "groupVersion": api(here[0]),
        "resources": [
            {"name": each.plural, "singularName": "", "namespaced": True, "kind": each.kind, "verbs": verbs}
            for each in here
        ],
    }  # fmt: skip
