"""The job's ID token, exchanged for credentials of a role when they are first needed, and again before they end."""

from __future__ import annotations

import re
from collections.abc import Callable

from botocore.credentials import DeferredRefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError

from mlgitlab.adapters.s3.claims import claims_of
from mlgitlab.adapters.s3.operations import TokenService
from mlgitlab.adapters.s3.refusal import of_exchange
from mlgitlab.adapters.s3.trouble import of_transport
from mlgitlab.errors import UsageError
from mlgitlab.store.places import S3Settings

_METHOD = "assume-role-with-web-identity"


class JobIdentity:
    """A source of credentials, as botocore asks for them."""

    METHOD = _METHOD
    CANONICAL_NAME = "mlgitlab-job"

    def __init__(self, settings: S3Settings, sts: Callable[[], TokenService]) -> None:
        self._settings = settings
        self._sts = sts

    def load(self) -> DeferredRefreshableCredentials:
        """Credentials that cost nothing until a request is signed with them; botocore renews them in time."""
        return DeferredRefreshableCredentials(refresh_using=self._exchange, method=_METHOD)

    def _exchange(self) -> dict[str, str]:
        """What STS gives for the token that the job has now."""
        token = self._token()
        name = session_name(self._settings.session_name)
        role = self._settings.role_arn
        try:
            client = self._sts()
            answer = client.assume_role_with_web_identity(RoleArn=role, RoleSessionName=name, WebIdentityToken=token)
        except ClientError as error:
            raise of_exchange(error, role, claims_of(token)) from None
        except (BotoCoreError, ValueError) as error:
            raise of_transport(error, "the token service (STS)") from None
        given = answer["Credentials"]
        return {
            "access_key": given["AccessKeyId"],
            "secret_key": given["SecretAccessKey"],
            "token": given["SessionToken"],
            "expiry_time": given["Expiration"].isoformat(),
        }

    def _token(self) -> str:
        token = self._settings.token().strip() if self._settings.token else ""
        # Checked here: botocore's own complaint would print the value.
        if token.count(".") != 2 or not token.isascii():
            hint = "store.id_token names the variable; the job gets it by `id_tokens:`"
            raise UsageError("the job's ID token is no JSON web token", hint)
        return token


def session_name(text: str) -> str:
    r"""What STS allows as a name: 2 to 64 of `[\w+=,.@-]`. The end stays: it tells one job from another."""
    name = re.sub(r"[^A-Za-z0-9_+=,.@-]+", "-", text)[-64:].strip("-")
    return name if len(name) > 1 else "mlgitlab"
