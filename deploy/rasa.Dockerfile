# syntax=docker/dockerfile:1
# The assistant, with its model trained while the image is built. Build it from the project folder.
FROM ghcr.io/astral-sh/uv:0.13.9 AS uv

FROM python:3.10-slim AS build
COPY --from=uv /uv /usr/local/bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_NO_DEV=1
WORKDIR /app
COPY bot/pyproject.toml bot/uv.lock bot/
RUN --mount=type=cache,target=/root/.cache/uv uv sync --locked --project bot --python python3.10
COPY bot bot
COPY nlu_data nlu_data
COPY domain.yml config.yml endpoints.yml credentials.yml ./
RUN bot/.venv/bin/python bot/train.py

FROM python:3.10-slim
RUN useradd --uid 10002 --no-create-home --shell /usr/sbin/nologin rasa
COPY --from=build /app /app
WORKDIR /app
# Everything that Rasa's libraries want to write goes to /tmp, the one place that can be written.
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp MPLCONFIGDIR=/tmp
USER 10002
CMD ["bot/.venv/bin/python", "bot/serve.py", "--help"]
