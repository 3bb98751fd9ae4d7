"""Servers on the loopback interface, and their answers."""

import contextlib
import json
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

HERE = Path(__file__).parent

# What GDAL is told: no files beside the one that is named, as Smalti; no approximation.
ENVIRONMENT = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "200",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".tif,.TIF,.tiff",
    "PYTHONWARNINGS": "ignore",
    "SMALTI_TOLERANCE": "1e-6",
}


@dataclass
class Answer:
    """What came back."""

    status: int
    headers: dict = field(default_factory=dict)
    body: bytes = b""

    def media(self):
        """The media type as it stands in the header, without blanks."""
        return self.headers.get("content-type", "").lower().replace(" ", "")


@contextlib.contextmanager
def titiler(workers=1, exact=True):
    """TiTiler's own application under uvicorn; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = dict(os.environ, **ENVIRONMENT)
    if not exact:
        environment.pop("SMALTI_TOLERANCE", None)
    command = [
        sys.executable, "-m", "uvicorn", "app:app", "--app-dir", str(HERE), "--port", str(port), "--workers", str(workers),
        "--log-level", "critical", "--no-access-log",
    ]
    with running(command, environment) as child:
        address = f"http://127.0.0.1:{port}"
        for _ in range(600):
            if child.poll() is not None:
                raise SystemExit("TiTiler ended before it served")
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(f"{address}/healthz", timeout=5).status_code == 200:
                    yield address
                    return
            time.sleep(0.1)
        raise SystemExit("TiTiler does not answer")


@contextlib.contextmanager
def smalti(program, folders):
    """Smalti over the folders; gives its address."""
    command = [str(program), "serve", "--port", "0", "--log-level", "error", *map(str, folders)]
    with running(command, dict(os.environ), stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        found = re.search(r"http://[^/\s]+", line)
        if not found:
            raise SystemExit(f"smalti printed {line!r} and not its address")
        yield found[0]


@contextlib.contextmanager
def running(command, environment, **more):
    """A program that ends with the block, however it is left."""
    child = subprocess.Popen(command, env=environment, **more)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def ask(address, cases, threads=2):
    """The answers to all cases, in their order; a request that fails altogether has the status 0."""
    client = httpx.Client(base_url=address, timeout=120, headers={"accept-encoding": "identity"}, limits=httpx.Limits(max_connections=threads))

    def one(case):
        for _ in range(3):
            got = once(case)
            if got.status:
                break
        return got

    def once(case):
        try:
            content = None if case.body is None else json.dumps(case.body)
            headers = dict(case.headers, **({"content-type": "application/json"} if content is not None else {}))
            got = client.request(case.method, case.path, params=case.query or None, content=content, headers=headers)
        except httpx.HTTPError as error:
            return Answer(0, {}, repr(error).encode())
        return Answer(got.status_code, dict(got.headers), got.content)

    with client, ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, cases))
