"""A `Target` made of the project's own scripts. docs/deploy.md says what each is told and must print."""

from __future__ import annotations

import json
import subprocess
import urllib.parse
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from mlgitlab.adapters.http import ask
from mlgitlab.adapters.process import shell
from mlgitlab.config.deploy import CommandTarget
from mlgitlab.errors import ExitCode, RefusedError, UsageError, WorldError
from mlgitlab.jobs.deploy.target import Answer, Question, Seen, Standing, Traffic
from mlgitlab.paths import printable
from mlgitlab.store import digests

_LAST_WORDS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPlace:
    """The scripts, run in `root` with `environ` and what they are told on top."""

    model: str
    environment: str
    root: Path
    settings: CommandTarget
    environ: Mapping[str, str] = field(repr=False)

    def standing(self) -> Standing:
        """What the script `standing` prints."""
        traffic, warm = self._standing()
        return Standing(traffic=traffic, warm=frozenset(warm))

    def room(self, digest: str) -> Path:
        """A folder of the model's own below `command.folder`."""
        return self.root / self.settings.folder / self.environment / digests.digits_of(digest)

    def place(self, digest: str) -> None:
        """Run `place`, unless the model is warm."""
        if digest not in self._standing()[1]:
            self._run("place", {"MLGITLAB_DIGEST": digest, "MLGITLAB_MODEL_FOLDER": str(self.room(digest))})

    def ask(self, digest: str, question: Question) -> Answer:
        """Ask at the address that `standing` gives for the model."""
        address = self._standing()[1].get(digest)
        found = urllib.parse.urlsplit(address or "")
        if found.scheme != "http" or not found.hostname:
            raise UsageError(f"`standing` gives no http:// address for {digests.short(digest)}")
        seconds = float(self.settings.timeout.seconds)
        return ask(found.port or 80, question, self.settings, seconds, found.hostname)

    def route(self, traffic: Traffic) -> None:
        """Run `route`."""
        cold = sorted(digests.short(digest) for digest in traffic.reached - self._standing()[1].keys())
        if cold:
            raise RefusedError(f"{' and '.join(cold)} is not ready", "place it first")
        self._run("route", {"MLGITLAB_TRAFFIC": json.dumps(asdict(traffic)), **_words(traffic)})

    def observe(self, since: float, until: float) -> Mapping[str, Seen]:
        """The answers that `observe` prints, one JSON object a line, added up by model."""
        if not self.settings.observe:
            return {}
        printed = self._run("observe", {"MLGITLAB_SINCE": f"{since:.6f}", "MLGITLAB_UNTIL": f"{until:.6f}"})
        rows: dict[str, list[Mapping[str, Any]]] = {}
        for number, line in enumerate(printed.splitlines(), 1):
            row = _object(line, f"line {number} of what `observe` prints")
            if not digests.is_digest(row.get("digest")):
                raise UsageError(f"line {number} of what `observe` prints names no digest: {printable(line[:80])}")
            rows.setdefault(str(row["digest"]), []).append(row)
        return {digest: _seen(each) for digest, each in sorted(rows.items())}

    def remove(self, digest: str) -> None:
        """Run `remove`, where there is such a script and the model is warm."""
        traffic, warm = self._standing()
        if digest in traffic.reached:
            raise RefusedError(f"{digests.short(digest)} gets requests", "let others answer first")
        if digest in warm and self.settings.remove:
            self._run("remove", {"MLGITLAB_DIGEST": digest})

    def _standing(self) -> tuple[Traffic, Mapping[str, str]]:
        found = _object(self._run("standing", {}), "what `standing` prints")
        warm = found.get("warm", {})
        try:
            traffic = Traffic(**found.get("traffic", {}))
        except (TypeError, ValueError) as error:
            raise UsageError(f"what `standing` prints as the traffic is none: {printable(str(error))}") from None
        if not isinstance(warm, dict) or not all(map(digests.is_digest, warm)):
            raise UsageError("what `standing` prints as `warm` is no object with digests for keys")
        return traffic, {digest: str(address) for digest, address in warm.items()}

    def _run(self, verb: str, told: Mapping[str, str]) -> str:
        """Run one script: what it prints. Exit code 3 refuses, any other but 0 is trouble that may pass."""
        lines: Sequence[str] = getattr(self.settings, verb)
        ours = {"MLGITLAB_MODEL": self.model, "MLGITLAB_ENVIRONMENT": self.environment, "MLGITLAB_VERB": verb, **told}
        try:
            done = subprocess.run(
                [shell(), "-e", "-c", "\n".join(lines)],
                cwd=self.root,
                env={**self.environ, **ours},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self.settings.timeout.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise WorldError(f"`{verb}` took longer than {self.settings.timeout}") from None
        except OSError as error:
            raise WorldError(f"`{verb}` cannot be run: {error.strerror}") from None
        if done.returncode:
            words = printable(done.stderr.decode("utf-8", "replace").strip()[-_LAST_WORDS:])
            kind = RefusedError if done.returncode == ExitCode.NO else WorldError
            raise kind(f"`{verb}` ended with {done.returncode}: {words}")
        return done.stdout.decode("utf-8", "replace")


def _words(traffic: Traffic) -> dict[str, str]:
    return {
        "MLGITLAB_LIVE": traffic.live,
        "MLGITLAB_CANARY": traffic.canary,
        "MLGITLAB_SHARE": f"{traffic.share:g}",
        "MLGITLAB_SHADOW": traffic.shadow,
        "MLGITLAB_SAMPLE": f"{traffic.sample:g}",
    }


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise UsageError(f"{what} is no JSON object: {printable(text[:80])}", "docs/deploy.md shows one")
    return found


def _seen(rows: Sequence[Mapping[str, Any]]) -> Seen:
    good = [row for row in rows if 0 < _number(row.get("status")) < 499]
    values: dict[str, list[float]] = {}
    for row in good:
        for name, number in row.get("values", {}).items():
            values.setdefault(name, []).append(_number(number))
    return Seen(
        requests=len(rows),
        errors=len(rows) - len(good),
        seconds=[_number(row["seconds"]) for row in good if "seconds" in row],
        predictions={str(row["id"]): str(row["prediction"]) for row in good if {"id", "prediction"} <= row.keys()},
        values=values,
    )


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
