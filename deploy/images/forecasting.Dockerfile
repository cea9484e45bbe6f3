# The code server of forecasts. It has the pipeline's environment too, for the command that loads everything.
FROM python:3.11-slim-bookworm AS environment
RUN pip install --no-cache-dir uv
WORKDIR /opt/nova
COPY requirements/pipeline.txt requirements/forecasting.txt requirements/
RUN uv venv .venv && uv pip sync --compile-bytecode --require-hashes --python .venv/bin/python requirements/pipeline.txt
RUN uv venv .venv-forecasting && uv pip sync --compile-bytecode --require-hashes --python .venv-forecasting/bin/python requirements/forecasting.txt

FROM python:3.11-slim-bookworm
# LightGBM is linked to it.
RUN apt-get update && apt-get install --yes --no-install-recommends libgomp1 && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/nova
COPY --from=environment /opt/nova/.venv .venv
COPY --from=environment /opt/nova/.venv-forecasting .venv-forecasting
COPY deploy/with-secrets bin/with-secrets
COPY pyproject.toml workspace.grpc.yaml ./
COPY sql sql
COPY nova_assets nova_assets
RUN install -d -o 10001 -g 10001 /var/lib/nova/dagster /var/lib/nova/lake
ENV PATH=/opt/nova/bin:/opt/nova/.venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONPATH=/opt/nova PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["with-secrets"]
