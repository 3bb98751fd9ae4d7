"""Both servers over one database, and what they answer."""

import contextlib
import os
import re
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

sys.path.append(str(Path(__file__).parents[1] / "titiler"))

from answers import Answer, running  # noqa: E402

HERE = Path(__file__).parent

ENVIRONMENT = {"GDAL_CACHEMAX": "200", "PYTHONWARNINGS": "ignore"}


@contextlib.contextmanager
def terracotta(database, settings=None):
    """Terracotta's own application; gives its address. `settings`: variables of its environment."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = dict(os.environ, **ENVIRONMENT, **(settings or {}))
    # Its log tells of every error that is provoked here.
    with running([sys.executable, str(HERE / "app.py"), str(database), str(port)], environment, stderr=subprocess.DEVNULL) as child:
        for _ in range(600):
            if child.poll() is not None:
                raise SystemExit("Terracotta ended before it served")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 5).close()
                yield f"http://127.0.0.1:{port}"
                return
            time.sleep(0.1)
        raise SystemExit("Terracotta does not answer")


@contextlib.contextmanager
def smalti(program, database, settings=None):
    """Smalti over the same database; gives its address."""
    command = [str(program), "serve", "-d", str(database), "--port", "0", "--log-level", "error"]
    with running(command, dict(os.environ, **(settings or {})), stdout=subprocess.PIPE, text=True) as child:
        line = child.stdout.readline()
        found = re.search(r"http://[^/\s]+", line)
        if not found:
            raise SystemExit(f"smalti printed {line!r} and not its address")
        yield found[0]


def ask(address, cases, threads=1):
    """The answers to all cases, in their order; a request that fails altogether has the status 0."""
    place = urlsplit(address)

    def one(case):
        # The target goes out as it stands: httpx and others escape some of it in ways of their own.
        connection = HTTPConnection(place.hostname, place.port, timeout=180)
        try:
            connection.request(case.method, case.target, body=case.body, headers=case.headers)
            got = connection.getresponse()
            return Answer(got.status, {name.lower(): value for name, value in got.getheaders()}, got.read())
        except (HTTPException, OSError) as error:
            return Answer(0, {}, repr(error).encode())
        finally:
            connection.close()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, cases))
