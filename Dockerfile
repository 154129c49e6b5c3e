# The scanner for any user, on files that may be mounted read-only: docs/ci/docker.md shows how.
# A build needs PyPI, for what the two lists name by version and hash; a run needs no network and writes nothing.
FROM python:3.13-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build

COPY requirements.txt requirements-build.txt ./
RUN python -m venv /opt/tools \
    && /opt/tools/bin/pip install --require-hashes --only-binary :all: --requirement requirements-build.txt \
    && python -m venv --without-pip /opt/scan \
    && /opt/tools/bin/pip --python /opt/scan/bin/python install --require-hashes --only-binary :all: \
        --requirement requirements.txt

COPY pyproject.toml README.md LICENSE ./
COPY rules rules
COPY scanner scanner
RUN /opt/tools/bin/pip wheel --no-deps --no-index --no-build-isolation --wheel-dir /wheels . \
    && /opt/tools/bin/pip --python /opt/scan/bin/python install --no-deps --no-index /wheels/*.whl

FROM python:3.13-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b

COPY --from=build /opt/scan /opt/scan
ENV PATH=/opt/scan/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONUTF8=1
USER 65532:65532
WORKDIR /src
ENTRYPOINT ["scan"]
