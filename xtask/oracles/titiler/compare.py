"""`cargo xtask compare titiler`: the same requests to TiTiler and to Smalti.

Every difference has to be matched by a rule of `differences.toml`, which names a row of `doc/titiler-differences.md`.
"""

import argparse
import hashlib
import pickle
import shutil
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent))

import answers  # noqa: E402
import cases  # noqa: E402
import fixtures  # noqa: E402
import judge  # noqa: E402
import listed  # noqa: E402


def main():
    arguments = read_arguments()
    folder = arguments.work / "files"
    fingerprint = digest()
    stamp = arguments.work / "made"
    if not stamp.is_file() or stamp.read_text() != fingerprint:
        shutil.rmtree(arguments.work, ignore_errors=True)
        fixtures.make(folder)
        stamp.write_text(fingerprint)
    others = sorted(others_files(arguments.shared)) if arguments.shared else []
    wanted = [case for case in cases.all_cases(folder, others) if listed.selected(case, arguments.only)]
    if not wanted:
        raise SystemExit(f"no request is of {arguments.only}")
    theirs, their_address = their_answers(arguments.work / "answers.pickle", wanted)
    folders = [folder] + sorted({path.parent for path in others})
    with answers.smalti(arguments.smalti, folders) as our_address:
        ours = answers.ask(our_address, wanted)
    rules = tomllib.loads((HERE / "differences.toml").read_text())["difference"]
    unexplained = listed.report(
        zip(wanted, theirs, ours), lambda *triple: judge.findings(*triple, (their_address, our_address)), rules, arguments,
        unused=lambda rule: arguments.shared or not rule.get("shared"),
    )
    listed.check_rows(rules, arguments.rows, ("render", "server-example", "stac-item"))
    return 1 if unexplained else 0


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smalti", type=Path, required=True, help="the program")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--shared", type=Path, help="folder with fixtures of others")
    parser.add_argument("--rows", type=Path, required=True, help="doc/titiler-differences.md")
    listed.options(parser)
    return parser.parse_args()


def digest():
    """Of all that decides what TiTiler answers."""
    total = hashlib.sha256()
    for path in (HERE / "fixtures.py", HERE / "app.py", HERE / "answers.py", HERE.parent / "requirements.txt", HERE.parent / "constraints.txt"):
        total.update(path.read_bytes())
    return total.hexdigest()


def others_files(shared):
    """Georeferenced files that others made, none of the broken ones."""
    for name in ("tiff", "real"):
        for path in (shared / "fixtures" / name).glob("*.tif*"):
            if not path.name.startswith(("gap__x_", "pillow__")):
                yield path


def their_answers(store, wanted):
    """TiTiler's answers: those of an earlier comparison of the same files, and new ones."""
    known = pickle.loads(store.read_bytes()) if store.is_file() else {}
    missing = [case for case in wanted if case.name() not in known]
    if missing:
        with answers.titiler() as address:
            for case, answer in zip(missing, answers.ask(address, missing)):
                # By a name that stays, as the port does not.
                answer.body = answer.body.replace(address.encode(), b"http://titiler")
                known[case.name()] = answer
        store.write_bytes(pickle.dumps(known))
    return [known[case.name()] for case in wanted], "http://titiler"


if __name__ == "__main__":
    sys.exit(main())
