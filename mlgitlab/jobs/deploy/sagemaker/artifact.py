"""What SageMaker unpacks: the one archive that a model is, where it lies in the store's bucket."""

from __future__ import annotations

from mlgitlab.config.deploy_sagemaker import SageMakerTarget
from mlgitlab.errors import UsageError
from mlgitlab.store import digests, keys
from mlgitlab.store.library import Store
from mlgitlab.store.pulling import existing


def archive(store: Store, model: str, digest: str, settings: SageMakerTarget) -> str:
    """The URL of a model's archive; empty where the container fetches the model. UsageError for one that is none."""
    if settings.fetch == "container":
        return ""
    files = existing(store.bucket, model, digest).files
    if len(files) != 1 or not files[0].path.endswith(".tar.gz"):
        what = f"{model}@{digests.short(digest)} is not one `.tar.gz`, as SageMaker unpacks it"
        raise UsageError(what, "let the training write one, or say `fetch: container`")
    return f"{store.bucket.address}/{keys.blob(files[0].sha256)}"
