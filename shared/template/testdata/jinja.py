#!/usr/bin/env python3
"""Writes jinja.json: what the real Jinja2 makes of cases.txt.

    make dialect && build/jinja/bin/python shared/template/testdata/jinja.py

cases.txt has one template a line; "\\n" in it is a line end, a line that begins with # a heading. A line may have the form
HTML: for autoescape. The context of all of them is CONTEXT. With --check nothing is written, and it fails if
jinja.json is not what Jinja2 says.
"""
import json
import pathlib
import sys

import jinja2

CONTEXT = {
    "name": "Ada", "empty": "", "text": "the quick brown fox", "umlaut": "größe", "tag": "<b>it's \"bold\" & new</b>",
    "n": 42, "zero": 0, "neg": -7, "big": 123456789012345678901234567890, "f": 3.5, "one": 1.0, "yes": True, "no": False, "nil": None,
    "list": [3, 1, 2], "words": ["banana", "Apple", "cherry"], "nothing": [], "mixed": [1, "a", None, True, 2.5],
    "obj": {"a": 1, "b": "two", "c": [1, 2]}, "deep": {"x": {"y": {"z": "end"}}},
    "users": [
        {"age": 30, "city": "Rome", "name": "Bob"}, {"age": 25, "city": "Oslo", "name": "alice"},
        {"age": 35, "city": "Rome", "name": "Carol"},
    ],
    "lines": "one\ntwo\n\nthree", "spaced": "  pad\t", "csv": "a,b,,c",
}


def render(line):
    html = line.startswith("HTML:")
    source = line.removeprefix("HTML:").replace("\\n", "\n")
    case = {"template": source}
    if html:
        case["html"] = True
    try:
        case["want"] = jinja2.Environment(autoescape=html).from_string(source).render(**CONTEXT)
    except Exception as e:  # whatever it is, the message is not ours
        case["error"] = type(e).__name__
    return case


def main():
    here = pathlib.Path(__file__).parent
    lines = [line for line in (here / "cases.txt").read_text("utf-8").split("\n") if line and not line.startswith("# ")]
    assert len(lines) == len(set(lines)), [line for line in lines if lines.count(line) > 1]
    made = json.dumps({"context": CONTEXT, "cases": [render(line) for line in lines]}, ensure_ascii=False, indent=1) + "\n"
    out = here / "jinja.json"
    if "--check" not in sys.argv:
        out.write_text(made, "utf-8")
    elif out.read_text("utf-8") != made:
        sys.exit("jinja.json is not what Jinja2 " + jinja2.__version__ + " makes of cases.txt")


main()
