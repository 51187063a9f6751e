"""The token for another project on the same server, and keeping every secret out of messages."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping

from mlgitlab.frozen import dataclass

_USERINFO = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://)[^/\s'\"]*@")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """A job's token and the host that may see it; both empty for none."""

    token: str = ""
    host: str = ""

    def environment(self, environ: Mapping[str, str]) -> dict[str, str]:
        """Git configuration, as variables, that sends the token to `host` and to nobody else.

        Not a `-c` option: every user of the machine can read a command line. `environ` may already
        hold such configuration, which is kept.
        """
        if not (self.token and self.host):
            return {}
        inherited = environ.get("GIT_CONFIG_COUNT", "")
        count = int(inherited) if inherited.isdecimal() else 0
        login = base64.b64encode(f"gitlab-ci-token:{self.token}".encode()).decode("ascii")
        return {
            "GIT_CONFIG_COUNT": str(count + 1),
            f"GIT_CONFIG_KEY_{count}": f"http.https://{self.host}/.extraHeader",
            f"GIT_CONFIG_VALUE_{count}": f"Authorization: Basic {login}",
        }

    def redact(self, text: str) -> str:
        """The text without the token, and without user names and passwords in URLs."""
        without = text.replace(self.token, "***") if self.token else text
        return redact_urls(without)


def redact_urls(text: str) -> str:
    """The text with `***` for what stands before the `@` of a URL."""
    return _USERINFO.sub(r"\1***@", text)
