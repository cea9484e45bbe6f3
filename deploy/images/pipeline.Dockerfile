# Dagster's web interface and daemon, and the code server of the warehouse: no model ships with them.
FROM python:3.11-slim-bookworm AS environment
RUN pip install --no-cache-dir uv
WORKDIR /opt/nova
COPY requirements/pipeline.txt requirements/pipeline.txt
RUN uv venv .venv && uv pip sync --compile-bytecode --require-hashes --python .venv/bin/python requirements/pipeline.txt

FROM python:3.11-slim-bookworm
WORKDIR /opt/nova
COPY --from=environment /opt/nova/.venv .venv
COPY deploy/with-secrets bin/with-secrets
COPY pyproject.toml workspace.grpc.yaml ./
COPY sql sql
COPY nova_assets nova_assets
# Volumes take over the owner of the folder that they are first mounted on.
RUN install -d -o 10001 -g 10001 /var/lib/nova/dagster /var/lib/nova/lake
ENV PATH=/opt/nova/bin:/opt/nova/.venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONPATH=/opt/nova PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["with-secrets"]
