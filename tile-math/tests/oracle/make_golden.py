#!/usr/bin/env python3
"""Writes tests/golden: a small part of what the other scripts here print, for tests without Python.

Run with the oracle interpreter:  $SMALTI_PYTHON tile-math/tests/oracle/make_golden.py
"""
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(HERE, "..", "golden")


def run(script, *arguments):
    return subprocess.run([sys.executable, os.path.join(HERE, script), *arguments], check=True, capture_output=True, text=True).stdout


def write(name, text):
    with open(os.path.join(GOLDEN, name), "w", encoding="utf-8") as f:
        f.write(text)


UTM = [str(c) for c in (*range(32601, 32661), *range(32701, 32761))]
FAMILIES = """3857 3395 3994 3031 3413 3995 5041 5042 32661 3408 6931 6933 3973 3975 3035 2163 3571 3978 3347 2154 27561 31370
3812 3034 2056 21781 23700 27700 29903 28992 2193 27200 5070 3338 3577 3112 2180 5514 5513 2065 5516 3006 3067 25832 31467 5186
2326 3826 29873 3375 3078 8441 2263 2229 26910 2048 22780 5880 3116 9377 6247 2039 28191 8044 3295 3993 8857 4087 4326 4269
4267 4277 4314 4807 4258 E54009 E54030 E54008 E54012 E54010 E54052 E54024 E102003 E102012""".split()
lines = run("transforms.py", "1", *UTM).splitlines() + run("transforms.py", "2", *FAMILIES).splitlines()[1:]
# The zones need no second mode.
write("transforms.txt", "\n".join(line for line in lines if not (line.split()[0] in UTM and " wgs84 " in line)) + "\n")
write("forms.jsonl", run("forms.py", *"4326 3857 32631 2154 27561 2263 27700 3035 3031 2056 5514 29873 5070 2048 E54009 4807".split()))
write("geokeys.jsonl", run("geokeys.py", "write", *"32631 2154 27561 2263 27700 3035 3031 2056 5514 29873 5070 3395 3994 28992 6933 4087 E54009".split()))
# Fewer tiles, and the documents only of the small sets: the large ones stand in data/tms.
keep = []
for line in run("tms.py", "12").splitlines():
    if '"kind": "set"' in line and len(line) > 6000:
        continue
    if len(line) < 20000:
        keep.append(line)
write("tms.jsonl", "\n".join(keep) + "\n")
for name in sorted(os.listdir(GOLDEN)):
    print(name, os.path.getsize(os.path.join(GOLDEN, name)))
