"""A database server on the loopback interface, for tests: `python database_server.py mysql|postgresql`.

Makes an empty database system in a temporary folder, prints its address on one line, and serves until
standard input closes, so it cannot outlive whoever started it, however that one ended. Needs nothing but
Python's standard library and the server's programs.
"""

import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

# Longest wait for a server to answer after it was started, in seconds.
PATIENCE = 60


def program(name, *folders):
    """The path of a program, also where Debian hides it."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", *folders])
    found = shutil.which(name, path=path)
    if found is None:
        sys.exit(f"missing: {name}")
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def mysql(folder, port, user):
    data = os.path.join(folder, "data")
    install = [program("mariadb-install-db"), f"--datadir={data}", "--skip-test-db"]
    install += ["--no-defaults", "--auth-root-authentication-method=normal"]
    # Nobody needs these data after a power failure.
    serve = [program("mariadbd"), "--no-defaults", f"--datadir={data}"]
    serve += [f"--socket={folder}/socket", f"--pid-file={folder}/pid", f"--port={port}"]
    serve += ["--bind-address=127.0.0.1", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0"]
    serve += ["--innodb-buffer-pool-size=64M", "--performance-schema=OFF"]
    if user:
        install.append(f"--user={user}")
        serve.append(f"--user={user}")
    quietly(install)
    return serve, f"mysql://root@127.0.0.1:{port}"


def postgresql(folder, port, user):
    bins = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    data = os.path.join(folder, "data")
    init = [program("initdb", *bins), "-D", data, "-A", "trust", "-U", "postgres", "--no-sync"]
    # Not the order of bytes, so that a test notices who relies on it.
    init += ["-E", "UTF8", "--locale-provider=icu", "--icu-locale=en", "--locale=C.UTF-8"]
    quietly(init, user)
    serve = [program("postgres", *bins), "-D", data, "-p", str(port), "-k", folder]
    serve += ["-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=64MB"]
    return serve, f"postgresql://postgres@127.0.0.1:{port}"


def quietly(command, user=None):
    """Runs a command; what it says is told only if it fails."""
    done = subprocess.run(command, user=user, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}\n{done.stderr}")


def main(kind):
    make, account = {"mysql": (mysql, "mysql"), "postgresql": (postgresql, "postgres")}[kind]
    # Neither server runs as root; Debian's packages make an account for each.
    user = None
    if os.geteuid() == 0:
        try:
            user = pwd.getpwnam(account).pw_name
        except KeyError:
            sys.exit(f"missing: the account {account}, as which the server has to run")
    folder = tempfile.mkdtemp(prefix=f"smalti-{kind}-")
    server = None
    try:
        if user:
            shutil.chown(folder, user)
        port = free_port()
        command, address = make(folder, port, user)
        log = open(os.path.join(folder, "log"), "wb")
        # MariaDB changes its user itself.
        server = subprocess.Popen(
            command,
            user=user if kind == "postgresql" else None,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C in a terminal reaches the whole process group; the closing input is what ends this.
            start_new_session=True,
        )
        wait(server, port, folder)
        print(address, flush=True)
        sys.stdin.read()
    finally:
        if server is not None:
            # Both take this for "now, without waiting for clients".
            server.send_signal(signal.SIGQUIT if kind == "postgresql" else signal.SIGTERM)
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def wait(server, port, folder):
    """Returns once the server takes connections."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    with open(os.path.join(folder, "log"), errors="replace") as log:
        sys.exit(f"{server.args[0]} does not serve:\n{log.read()[-4000:]}")


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # So that `finally` above runs.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    main(sys.argv[1])
