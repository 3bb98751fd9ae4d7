"""The differences of two servers' answers: which are listed, and a table of the rest.

A comparison is a program with a file `differences.toml` of rules beside it and a document whose rows the rules name.
"""

import re
from collections import Counter, defaultdict


def options(parser):
    """The arguments that all comparisons take."""
    parser.add_argument("--only", action="append", default=[], help="a group, or a pattern of requests")
    parser.add_argument("--most", type=int, default=400, help="differences to print")
    parser.add_argument("--findings", type=int, default=6, help="findings of each difference to print")
    parser.add_argument("--listed", action="store_true", help="print the listed differences too")


def selected(case, only):
    """Whether a case is wanted."""
    return not only or any(pattern == case.group or re.search(pattern, case.name()) for pattern in only)


def report(triples, find, rules, arguments, unused=lambda rule: True):
    """Prints the table and the differences; how many requests have an unexplained one.

    `triples` are a case, their answer and ours; `find` lists the differences of these. `unused` tells whether a rule that matched nothing is
    worth a note.
    """
    groups = defaultdict(Counter)
    used = Counter()
    lines, listed_lines = [], []
    for case, their, our in triples:
        try:
            found = find(case, their, our)
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
            if not used[index] and unused(rule):
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


def check_rows(rules, document, crates):
    """Every rule's row has to be in the document, and every row has to be shown by a rule or a test of the crates."""
    text = document.read_text()
    rows = set(re.findall(r"^\| ([a-z][a-z0-9-]+) \|", text, re.MULTILINE)) - {"row"}
    ruled = {rule["row"] for rule in rules}
    missing = sorted(ruled - rows)
    if missing:
        raise SystemExit(f"{document} has no row {', '.join(missing)}")
    # What no request can show, a test of ours does.
    tested = dict(re.findall(r"^- ([a-z0-9-]+): (`.*)$", text, re.MULTILINE))
    sources = "".join(path.read_text() for crate in crates for path in (document.parents[1] / crate).rglob("*.rs"))
    for row, tests in tested.items():
        for name in re.findall(r"`(\w+)`", tests):
            if f"fn {name}(" not in sources:
                raise SystemExit(f"{document}: {row} names the test {name}, which is not there")
    missing = sorted(rows - ruled - tested.keys())
    if missing:
        raise SystemExit(f"{document}: neither a rule nor a test shows {', '.join(missing)}")
