#!/usr/bin/env python3
"""Writes emoji_names.txt: the characters that templates know by name.

    pip install unicodedata2 && python3 shared/template/testdata/emoji.py

The names are Unicode's own, in lower case, with spaces and hyphens made underscores. A line is the code point in
hexadecimal and the name. Whole blocks of symbols are taken: names too many do no harm. Without unicodedata2, Python's own
(older) unicodedata is used.
"""
import pathlib

try:
    import unicodedata2 as unicodedata
except ImportError:
    import unicodedata

BLOCKS = [
    (0x23, 0x23), (0x2A, 0x2A), (0x30, 0x39), (0xA9, 0xA9), (0xAE, 0xAE),
    (0x200D, 0x200D), (0x203C, 0x203C), (0x2049, 0x2049), (0x20E3, 0x20E3), (0x2122, 0x2122), (0x2139, 0x2139),
    (0x2190, 0x21FF), (0x2300, 0x23FF), (0x24C2, 0x24C2), (0x25A0, 0x27BF), (0x2900, 0x297F), (0x2B00, 0x2BFF),
    (0x3030, 0x3030), (0x303D, 0x303D), (0x3297, 0x3297), (0x3299, 0x3299), (0xFE0E, 0xFE0F),
    (0x1F000, 0x1F02F), (0x1F0A0, 0x1F0FF), (0x1F170, 0x1F1FF), (0x1F200, 0x1F2FF), (0x1F300, 0x1F6FF),
    (0x1F780, 0x1F7FF), (0x1F900, 0x1FAFF),
]


def main():
    lines = []
    for first, last in BLOCKS:
        for code in range(first, last + 1):
            name = unicodedata.name(chr(code), "")
            if name:
                lines.append(f"{code:x} {name.lower().replace(' ', '_').replace('-', '_')}\n")
    out = pathlib.Path(__file__).parent.parent / "emoji_names.txt"
    out.write_text("".join(lines), encoding="ascii")


main()
