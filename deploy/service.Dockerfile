# syntax=docker/dockerfile:1
# The service: webhook, worker and actions run from this one image. Build it from the project folder.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.12-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_DEV=1
WORKDIR /app
COPY pyproject.toml uv.lock README.md ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --no-install-project --python python3.12
COPY hotline hotline
COPY webhook webhook
COPY actions actions
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --python python3.12
COPY content content

FROM python:3.12-slim
RUN useradd --uid 10001 --home-dir /data --create-home --shell /usr/sbin/nologin hotline \
 && install -d -o hotline -g hotline /metrics
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
USER 10001
CMD ["hotline", "--help"]
