"""SageMaker and CloudWatch, by botocore, which boto3 brings along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError
from botocore.session import get_session

from mlgitlab.errors import MlgitlabError, RefusedError, UsageError, WorldError
from mlgitlab.paths import printable

_SECONDS = 30
_DENIED = frozenset({"AccessDeniedException", "AccessDenied", "UnrecognizedClientException", "ExpiredTokenException"})
_MISSING = ("Could not find", "does not exist", "RecordNotFound")


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsService:
    """A client of one service. Credentials, and other addresses than those of AWS, come as AWS has it configured."""

    name: str
    client: Any

    def call(self, operation: str, request: Mapping[str, object]) -> Mapping[str, object] | None:
        """One operation; what botocore's own model of the service does not know is refused before it is sent."""
        try:
            answer: Mapping[str, object] = getattr(self.client, operation)(**request)
        except ClientError as error:
            found = error.response.get("Error", {})
            code, said = str(found.get("Code", "")), str(found.get("Message", ""))
            if code in ("ValidationException", "ResourceNotFound") and any(words in said for words in _MISSING):
                return None
            status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500))
            raise _refused(f"{self.name} answers {operation}: {code}: {printable(said)}", code, status) from None
        except ParamValidationError as error:
            raise UsageError(f"{self.name} would not take {operation}: {printable(str(error))}") from None
        except BotoCoreError as error:
            raise WorldError(f"{self.name} cannot be asked: {printable(str(error))}", "see docs/sagemaker.md") from None
        return answer


def connect(name: str, region: str) -> AwsService:
    """A client of `sagemaker` or `cloudwatch`; UsageError without a region."""
    try:
        client = get_session().create_client(
            name,
            region_name=region or None,
            config=Config(
                connect_timeout=_SECONDS,
                read_timeout=_SECONDS,
                retries={"mode": "standard", "total_max_attempts": 5},
                user_agent_extra="mlgitlab",
            ),
        )
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"{name}: {printable(str(error))}", "say `sagemaker.region`") from None
    return AwsService(name=name, client=client)


def _refused(what: str, code: str, status: int) -> MlgitlabError:
    if code == "ResourceLimitExceeded":
        return RefusedError(what, "ask AWS for more instances of this type; a rollout needs both fleets for a while")
    if code in _DENIED:
        return UsageError(what, "give the job's role what docs/sagemaker.md lists")
    if status < 500 and code not in ("ThrottlingException", "Throttling", "ResourceInUse"):
        return UsageError(what)
    return WorldError(what, "run it again")
