"""`cargo xtask compare terracotta`: the same requests to Terracotta and to Smalti, over databases that each of them made.

Every difference has to be matched by a rule of `differences.toml`, which names a row of `doc/terracotta-differences.md`.
"""

import argparse
import contextlib
import dataclasses
import hashlib
import pickle
import shutil
import sys
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

import browser  # noqa: E402
import databases  # noqa: E402
import listed  # noqa: E402
import questions  # noqa: E402
import rasters  # noqa: E402
import servers  # noqa: E402
import verdicts  # noqa: E402

# The crates whose tests a row may name.
CRATES = ("catalog", "cog-writer", "render", "server-example")


def main():
    arguments = read_arguments()
    work = arguments.work
    folder = work / "files"
    fingerprint = digest()
    stamp = work / "made"
    if not stamp.is_file() or stamp.read_text() != fingerprint:
        shutil.rmtree(work, ignore_errors=True)
        rasters.make(folder)
        databases.made_by_terracotta(work / "keys.sqlite", folder)
        databases.one_key(work / "single.sqlite", folder)
        databases.made_by_terracottas_command(sys.executable, work / "command.sqlite", folder, rasters.PATTERN)
        stamp.write_text(fingerprint)
    wanted = [case for case in questions.all_cases(folder) if listed.selected(case, arguments.only)]
    if not wanted:
        raise SystemExit(f"no request is of {arguments.only}")
    triples = []
    for name in dict.fromkeys(case.database for case in wanted):
        cases = [case for case in wanted if case.database == name]
        place = made(name, folder, arguments)
        settings = {"settings": questions.SETTINGS, "remote": in_bucket(arguments)}.get(name)
        theirs = their_answers(work / f"{name}.pickle", name, place, settings, cases)
        with servers.smalti(arguments.smalti, own(place, work / "ours.sqlite"), settings) as address:
            ours = servers.ask(address, cases, 2)
        triples += zip(cases, theirs, ours)
        if name.startswith("mysql"):
            triples += instead(work, cases, theirs, ours)
    rules = tomllib.loads((HERE / "differences.toml").read_text()).get("difference", [])
    unexplained = listed.report(triples, verdicts.findings, rules, arguments)
    if any(case.group == "client" for case in wanted):
        unexplained += by_client(work, folder, arguments)
    listed.check_rows(rules, arguments.rows, CRATES)
    return 1 if unexplained else 0


def by_client(work, folder, arguments):
    """In how much Terracotta's own client sees something else of Smalti, and the viewer of either what it does not hold."""
    place, tile = made("client", folder, arguments), questions.places(folder)["optical"].tile(0)
    return browser.report(arguments.chromium, arguments.viewer, {
        "Terracotta": lambda: servers.terracotta(own(place, work / "client.theirs.sqlite")),
        "Smalti": lambda: servers.smalti(arguments.smalti, own(place, work / "client.ours.sqlite")),
    }, tile)


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smalti", type=Path, required=True, help="the program")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--rows", type=Path, required=True, help="doc/terracotta-differences.md")
    parser.add_argument("--chromium", type=Path, default=Path("/usr/bin/chromium"), help="the browser that the clients run in")
    parser.add_argument("--viewer", type=Path, default=HERE.parents[2] / "server-example/viewer", help="the viewer's folder, its packages installed")
    parser.add_argument("--s3", help="URL of an S3 server with the bucket `smalti`")
    parser.add_argument("--mysql", help="URL of a MariaDB or MySQL server whose user may make databases")
    parser.add_argument("--postgresql", help="URL of a PostgreSQL server whose user may make databases")
    listed.options(parser)
    return parser.parse_args()


def digest():
    """Of all that decides what Terracotta answers."""
    total = hashlib.sha256()
    files = [HERE / name for name in ("rasters.py", "databases.py", "app.py", "servers.py")]
    for path in (*files, HERE.parent / "titiler/fixtures.py", HERE.parent / "requirements.txt", HERE.parent / "constraints.txt"):
        total.update(path.read_bytes())
    return total.hexdigest()


def made(name, folder, arguments):
    """Where the database of a name is; those of Smalti and on servers are made anew, as both change."""
    work = arguments.work
    if name == "smalti":
        place = work / "smalti.sqlite"
        place.unlink(missing_ok=True)
        return databases.made_by_smalti(arguments.smalti, place, folder, rasters.PATTERN)
    if name == "remote":
        if not arguments.s3:
            raise SystemExit("the requests of remote need --s3 URL")
        return databases.uploaded(work / "keys.sqlite", in_bucket(arguments))
    server, _, maker = name.partition("-")
    if maker:
        address = {"mysql": arguments.mysql, "postgresql": arguments.postgresql}[server]
        if not address:
            raise SystemExit(f"the requests of {name} need --{server} URL")
        place = urlsplit(address)._replace(path=f"/compare_{maker}").geturl()
        databases.drop(place)
        if maker == "theirs":
            return databases.made_by_terracotta(place, folder, lazy=())
        return databases.made_by_smalti(arguments.smalti, place, folder, rasters.PATTERN)
    return work / {"settings": "keys.sqlite", "client": "keys.sqlite"}.get(name, f"{name}.sqlite")


def instead(work, cases, theirs, ours):
    """What Terracotta answers over SQLite to the requests that it does not get done over MySQL."""
    failed = [(case, our) for case, their, our in zip(cases, theirs, ours) if their.status == 500]
    twins = [dataclasses.replace(case, database="command") for case, _ in failed]
    answers = their_answers(work / "command.pickle", "command", work / "command.sqlite", None, twins)
    return [(case, answer, our) for case, answer, (_, our) in zip(twins, answers, failed)]


def in_bucket(arguments):
    """What both servers have to be told to find the bucket, each by its own names."""
    endpoint, cache = arguments.s3 or "", arguments.work / "remote"
    cache.mkdir(exist_ok=True)
    return {
        "AWS_ENDPOINT_URL": endpoint, "AWS_ENDPOINT": endpoint, "AWS_ALLOW_HTTP": "true", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1", "AWS_DEFAULT_REGION": "us-east-1", "TC_REMOTE_DB_CACHE_DIR": str(cache),
    }


def own(place, copy):
    """A copy of a database in a file, as servers write to it; a database on a server itself."""
    return databases.copied(place, copy) if isinstance(place, Path) else place


def their_answers(store, name, place, settings, cases):
    """Terracotta's answers: those of an earlier comparison of the same files, and new ones."""
    # What Smalti made, Terracotta has to read each time.
    keep = name not in ("smalti", "mysql-ours", "postgresql-ours")
    known = pickle.loads(store.read_bytes()) if keep and store.is_file() else {}
    missing = [case for case in cases if case.name() not in known]
    if missing:
        with servers.terracotta(own(place, store.with_suffix(".theirs.sqlite")), settings) as address:
            for case, answer in zip(missing, servers.ask(address, missing)):
                known[case.name()] = answer
        with contextlib.suppress(FileNotFoundError):
            store.with_suffix(".theirs.sqlite").unlink()
        store.write_bytes(pickle.dumps(known))
    return [known[case.name()] for case in cases]


if __name__ == "__main__":
    sys.exit(main())
