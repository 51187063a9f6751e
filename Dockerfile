# The image of the generate job: mlgitlab, git and nothing of your training.
#
#   docker build --tag REGISTRY/mlgitlab:0.1.0 .
ARG PYTHON=3.12

FROM python:${PYTHON}-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY mlgitlab mlgitlab
COPY templates templates
COPY runner-config/templates runner-config/templates
RUN pip wheel --no-cache-dir --wheel-dir /wheels ".[gitlab,lint,s3,sign]"

FROM python:${PYTHON}-slim
# git reads the history and fetches what a shallow clone lacks; nothing is checked out, so git-lfs is not needed.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git ca-certificates \
 && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-compile --no-index --find-links /wheels "mlgitlab[gitlab,lint,s3,sign]" \
 && mlgitlab --version
# A runner may start the image as any user; the home of that user need not exist.
ENV HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
# No ENTRYPOINT: GitLab's runner starts a shell in the image.
CMD ["mlgitlab", "--help"]
