"""A namespace of a Kubernetes cluster, by `kubectl`: arguments, and manifests by standard input; no shell."""

from __future__ import annotations

import json
import re
import subprocess
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from mlgitlab.config.deploy_kubernetes import KubernetesTarget
from mlgitlab.errors import MlgitlabError, RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.kubernetes.manifest import Manifest
from mlgitlab.paths import printable

_REQUEST_SECONDS = 30
_LAST_WORDS = 600
_MANAGER = "mlgitlab"
# What kubectl prints for answers of the API server that no repetition changes.
_WRONG = {
    "(Forbidden)": "give the service account of the job what docs/kubernetes.md lists",
    "(Unauthorized)": "the credentials of the kubeconfig are not valid",
    "You must be logged in": "the credentials of the kubeconfig are not valid",
    "the server doesn't have a resource type": "is its controller installed?",
    "no matches for kind": "is its controller installed?",
    "namespaces ": "make the namespace first",
    "is invalid": "the API server would not take the manifest",
    "(BadRequest)": "the API server would not take the manifest",
    "does not exist": "see `context`",
    "failed to create typed patch object": "the API server would not take the manifest",
}
_LOGGED = re.compile(r"[EWI][0-9]{4} [0-9:.]+ ")
_DENIED = "denied the request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kubectl:
    """The program with a context and a namespace. `environ` is what it and its credential plugins get."""

    settings: KubernetesTarget
    environ: Mapping[str, str] = field(repr=False)

    def apply(self, manifests: Sequence[Manifest]) -> None:
        """Server-side apply, first as a trial of all. Fields that we set are ours, whoever else has set them."""
        items = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(manifests)})
        arguments = ["apply", "--server-side", "--force-conflicts", f"--field-manager={_MANAGER}", "--filename=-"]
        self._run([*arguments, "--dry-run=server", "--output=name"], items)
        self._run([*arguments, "--output=name"], items)

    def get(self, kind: str, name: str) -> Manifest | None:
        """`kubectl get`."""
        printed = self._run(["get", kind, name, "--ignore-not-found", "--output=json"])
        return self._object(printed) if printed.strip() else None

    def listed(self, kind: str, labels: Mapping[str, str]) -> tuple[Manifest, ...]:
        """`kubectl get` by labels."""
        chosen = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        items = self._object(self._run(["get", kind, f"--selector={chosen}", "--output=json"])).get("items")
        return tuple(items) if isinstance(items, list) else ()

    def delete(self, kind: str, name: str) -> None:
        """`kubectl delete`, which waits."""
        waiting = f"--timeout={self.settings.ready.seconds}s"
        self._run(["delete", kind, name, "--ignore-not-found", waiting], seconds=self.settings.ready.seconds)

    def ask(self, namespace: str, service: str, path: str, query: Mapping[str, str]) -> object:
        """`kubectl get --raw` of the API server's way to Services."""
        where = f"/api/v1/namespaces/{namespace}/services/{service}/proxy{path}?{urllib.parse.urlencode(query)}"
        return self._object(self._run(["get", "--raw", where]))

    def _run(self, arguments: Sequence[str], told: str = "", seconds: float = 0) -> str:
        place = [f"--namespace={self.settings.namespace}", f"--request-timeout={_REQUEST_SECONDS}s"]
        if self.settings.context:
            place.append(f"--context={self.settings.context}")
        try:
            done = subprocess.run(
                [self.settings.program, *place, *arguments],
                input=told.encode(),
                env=dict(self.environ),
                capture_output=True,
                timeout=2 * _REQUEST_SECONDS + seconds,
                check=False,
            )
        except FileNotFoundError:
            hint = "install kubectl in the job's image, or `mlgitlab deploy manifests` and apply them otherwise"
            raise UsageError(f"there is no {printable(self.settings.program)} here", hint) from None
        except subprocess.TimeoutExpired:
            raise WorldError(f"`kubectl {arguments[0]}` did not end", "is the API server reachable?") from None
        except OSError as error:
            raise WorldError(f"{printable(self.settings.program)} cannot be run: {error.strerror}") from None
        if done.returncode:
            raise trouble(arguments[0], done.stderr.decode("utf-8", "replace"))
        return done.stdout.decode("utf-8", "replace")

    def _object(self, printed: str) -> Manifest:
        try:
            found = json.loads(printed)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise WorldError(f"kubectl prints no JSON object: {printable(printed[:80])}")
        return found


def trouble(verb: str, said: str) -> MlgitlabError:
    """The error for what kubectl says where it fails."""
    # What the libraries in it log comes first, many times over; what it says itself comes last.
    own = " ".join(line for line in said.splitlines() if not _LOGGED.match(line))
    what = f"`kubectl {verb}`: {printable((own or said).strip()[:_LAST_WORDS])}"
    if _DENIED in said:
        return RefusedError(what, "a policy of the cluster says no")
    for words, hint in _WRONG.items():
        if words in said:
            return UsageError(what, hint)
    return WorldError(what, "is the API server reachable?")
