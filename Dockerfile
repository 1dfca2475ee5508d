# Two stages: what builds stays behind, what runs is an interpreter, the pinned packages and the service.
FROM python:3.12-slim AS builder
WORKDIR /src
RUN python -m venv /opt/syndicate
COPY requirements/run.txt requirements/
RUN /opt/syndicate/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY syndicate syndicate
RUN /opt/syndicate/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.12-slim
ENV PATH=/opt/syndicate/bin:$PATH PYTHONUNBUFFERED=1
RUN useradd --system --uid 10001 --create-home --home-dir /srv/syndicate syndicate \
    && install -d -o syndicate -g syndicate /srv/syndicate/data
WORKDIR /srv/syndicate
COPY --from=builder /opt/syndicate /opt/syndicate
COPY config.toml ./
COPY feeds feeds
USER syndicate
VOLUME /srv/syndicate/data
EXPOSE 8080
# The process only: a partner that is down is no reason to restart us.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
CMD ["syndicate", "serve", "--host", "0.0.0.0"]
