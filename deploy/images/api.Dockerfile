# The API alone: no pipeline, no ML.
FROM python:3.11-slim-bookworm AS environment
RUN pip install --no-cache-dir uv
WORKDIR /opt/nova
COPY requirements/api.txt requirements/api.txt
RUN uv venv .venv && uv pip sync --compile-bytecode --require-hashes --python .venv/bin/python requirements/api.txt

FROM python:3.11-slim-bookworm
WORKDIR /opt/nova
COPY --from=environment /opt/nova/.venv .venv
COPY deploy/with-secrets bin/with-secrets
COPY sql/api sql/api
COPY nova_api nova_api
ENV PATH=/opt/nova/bin:/opt/nova/.venv/bin:/usr/local/bin:/usr/bin:/bin PYTHONPATH=/opt/nova PYTHONUNBUFFERED=1
USER 10001:10001
ENTRYPOINT ["with-secrets"]
CMD ["python", "-m", "nova_api", "serve"]
