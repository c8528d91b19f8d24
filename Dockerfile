# The bot as an image: `docker build -t smsbot .`, then see docs/slack.md.

# What the program needs, in a layer that only the lock file and pyproject.toml renew.
FROM python:3.13-slim-bookworm AS dependencies
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
# All that is locked, the developers' tools too, each file against its hashes. Nothing below comes from elsewhere,
# so that whatever is chosen from this folder is of the locked version and whole.
COPY requirements.lock ./
RUN ["pip", "download", "--require-hashes", "--only-binary", ":all:", "--requirement", "requirements.lock", "--dest", "wheels"]
# Of that, into the image goes only what the program itself needs, with the driver of PostgreSQL.
COPY pyproject.toml ./
RUN python -m venv --without-pip /opt/smsbot \
    && python -c 'import tomllib; it = tomllib.load(open("pyproject.toml", "rb"))["project"]; print(*it["dependencies"], *it["optional-dependencies"]["postgresql"], sep="\n")' > needed.txt \
    && pip --python /opt/smsbot/bin/python install --no-index --find-links wheels --requirement needed.txt

# The program: its wheel, made by the locked tool, and the index fitted, so that a start takes no seconds.
FROM dependencies AS program
RUN ["pip", "install", "--no-index", "--find-links", "wheels", "hatchling"]
COPY LICENSE README.md ./
COPY knowledge knowledge
COPY bot bot
RUN python -m hatchling build --target wheel --directory dist \
    && pip --python /opt/smsbot/bin/python install --no-index --no-deps --prefix /program dist/*.whl \
    && cp -a /program/. /opt/smsbot
RUN XDG_CACHE_HOME=/cache /opt/smsbot/bin/smsbot error 1031

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="smsbot" org.opencontainers.image.licenses="MIT"
RUN ["install", "--directory", "--owner", "65532", "--group", "65532", "/data"]
COPY --from=dependencies /opt/smsbot /opt/smsbot
COPY --from=program /program /opt/smsbot
# The program trusts a fitted index only if it is its user's own.
COPY --from=program --chown=65532:65532 /cache/smsbot /var/cache/smsbot
# The root file system may be read-only: what is kept goes to /data, what is not to /tmp.
ENV PATH=/opt/smsbot/bin:$PATH \
    HOME=/data XDG_STATE_HOME=/data XDG_CACHE_HOME=/var/cache \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    SMSBOT_HTTP=0.0.0.0:8080
# Where smsbot.toml is looked for.
WORKDIR /etc/smsbot
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
USER 65532:65532
# Without urllib: that would ask a proxy of the environment for this very machine.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "import os, sys; from http.client import HTTPConnection; it = HTTPConnection('127.0.0.1', int(os.environ['SMSBOT_HTTP'].rpartition(':')[2]), timeout=4); it.request('GET', '/healthz'); sys.exit(it.getresponse().status != 200)"]
ENTRYPOINT ["smsbot"]
