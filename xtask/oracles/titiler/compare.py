"""`cargo xtask compare titiler`: the same requests to TiTiler and to Smalti.

Every difference has to be matched by a rule of `differences.toml`, which names a row of `doc/titiler-differences.md`.
"""

import argparse
import hashlib
import json
import pickle
import re
import shutil
import sys
import tomllib
from collections import Counter, defaultdict
from pathlib import Path

import answers
import cases
import fixtures
import judge

HERE = Path(__file__).parent


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
    wanted = [case for case in cases.all_cases(folder, others) if selected(case, arguments.only)]
    if not wanted:
        raise SystemExit(f"no request is of {arguments.only}")
    theirs, their_address = their_answers(arguments.work / "answers.pickle", wanted)
    folders = [folder] + sorted({path.parent for path in others})
    with answers.smalti(arguments.smalti, folders) as our_address:
        ours = answers.ask(our_address, wanted)
    rules = tomllib.loads((HERE / "differences.toml").read_text())["difference"]
    unexplained = report(wanted, theirs, ours, (their_address, our_address), rules, arguments)
    check_rows(rules, arguments.rows)
    return 1 if unexplained else 0


def read_arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("--smalti", type=Path, required=True, help="the program")
    parser.add_argument("--work", type=Path, required=True, help="folder for what is made")
    parser.add_argument("--shared", type=Path, help="folder with fixtures of others")
    parser.add_argument("--rows", type=Path, required=True, help="doc/titiler-differences.md")
    parser.add_argument("--only", action="append", default=[], help="a group, or a pattern of requests")
    parser.add_argument("--most", type=int, default=400, help="differences to print")
    parser.add_argument("--findings", type=int, default=6, help="findings of each difference to print")
    parser.add_argument("--listed", action="store_true", help="print the listed differences too")
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


def selected(case, only):
    """Whether a case is wanted."""
    return not only or any(pattern == case.group or re.search(pattern, case.name()) for pattern in only)


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


def report(wanted, theirs, ours, addresses, rules, arguments):
    """Prints the table and the differences; how many requests have an unexplained one."""
    groups = defaultdict(Counter)
    used = Counter()
    lines, listed_lines = [], []
    for case, their, our in zip(wanted, theirs, ours):
        try:
            found = judge.findings(case, their, our, addresses)
        except Exception as error:  # An answer that is not what it says it is.
            found = [f"unreadable: {error!r}"]
        left = []
        for finding in found:
            rule = next((rule for rule in rules if matches(rule, case, finding)), None)
            if rule:
                used[rules.index(rule)] += 1
                listed_lines.append(f"{rule['row']}: {case.name()}: {finding}")
            else:
                left.append(finding)
        groups[case.group]["requests"] += 1
        groups[case.group]["unexplained" if left else "listed" if found else "equal"] += 1
        if left:
            lines.append((case, left))
    if arguments.listed:
        print("\n".join(listed_lines), end="\n\n")
    for case, left in lines[: arguments.most]:
        print(f"[{case.group}] {case.name()}")
        for finding in left[:arguments.findings]:
            print(f"    {finding}")
        if len(left) > arguments.findings:
            print(f"    and {len(left) - arguments.findings} more")
    print("\n| group | requests | equal | listed | unexplained |\n|---|---|---|---|---|")
    total = Counter()
    for group, counts in groups.items():
        total.update(counts)
        print(f"| {group} | {counts['requests']} | {counts['equal']} | {counts['listed']} | {counts['unexplained']} |")
    print(f"| all | {total['requests']} | {total['equal']} | {total['listed']} | {total['unexplained']} |")
    rows = Counter()
    for index, count in used.items():
        rows[rules[index]["row"]] += count
    print("\nlisted by row: " + ", ".join(f"{row} {count}" for row, count in rows.most_common()))
    if not arguments.only:
        for index, rule in enumerate(rules):
            if not used[index] and (arguments.shared or not rule.get("shared")):
                print(f"note: no difference is of the rule {rule}")
    return total["unexplained"]


def matches(rule, case, finding):
    """Whether a rule explains a difference."""
    return (
        re.fullmatch(rule.get("group", ".*"), case.group) is not None
        and re.search(rule.get("request", ""), case.name()) is not None
        and re.search(rule["finding"], finding) is not None
        and ("within" not in rule or close(finding, rule["within"]))
    )


def close(finding, share):
    """Whether the two numbers of a difference are the same but for a share of the greater one."""
    numbers = re.search(r": (-?[\d.]+), ours (-?[\d.]+)$", finding)
    if not numbers:
        return False
    a, b = map(float, numbers.groups())
    return abs(a - b) <= share * max(abs(a), abs(b))


def check_rows(rules, document):
    """Every rule's row has to be in the document, and every row has to be shown by a rule or a test."""
    text = document.read_text()
    rows = set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", text, re.MULTILINE)) - {"row"}
    ruled = {rule["row"] for rule in rules}
    missing = sorted(ruled - rows)
    if missing:
        raise SystemExit(f"{document} has no row {', '.join(missing)}")
    # What no request can show, a test of ours does.
    tested = dict(re.findall(r"^- ([a-z0-9-]+): (`.*)$", text, re.MULTILINE))
    sources = "".join(path.read_text() for crate in ("render", "server-example", "stac-item") for path in (document.parents[1] / crate).rglob("*.rs"))
    for row, tests in tested.items():
        for name in re.findall(r"`(\w+)`", tests):
            if f"fn {name}(" not in sources:
                raise SystemExit(f"{document}: {row} names the test {name}, which is not there")
    missing = sorted(rows - ruled - tested.keys())
    if missing:
        raise SystemExit(f"{document}: neither a rule nor a test shows {', '.join(missing)}")


if __name__ == "__main__":
    sys.exit(main())
