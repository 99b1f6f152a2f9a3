"""Writes python.json: what Python's re.search finds, in the syntax that Hookline's patterns have.

    python3 make.py >python.json

A row is [pattern, text, groups by name | null if nothing is found]. Texts are what people say: no white space around them.
Made with Python 3.11; only re is used, so that any later one serves. Patterns that Python refuses end the program.
"""

import json
import re
import sys

# Every pattern of a group is searched in every text of the group.
GROUPS = [
    # words, digits and white space of Unicode
    ([r"(?P<w>\w+)", r"(?P<w>\W+)", r"^(?P<w>[\w-]+)$", r"(?P<w>[^\W\d_]+)", r"(?P<w>[^\w\s])", r"(?P<w>[\W_]+)"],
     ["größe", "naïve café", "привет, мир", "x_1-y", "東京タワー", "١٢٣ عربي", "½ Ⅷ ²", "…—…", "e\u0301a", "क्षि", "𝒳𝟙😀", ""]),
    ([r"(?P<d>\d+)", r"^(?P<d>\D+)$", r"(?P<d>[\d.,]+)", r"(?P<d>[^\d]+)", r"(?P<d>[\D])"],
     ["abc 42", "٤٢", "४२.५", "x²", "Ⅷ½", "１２", "1,5 kg", "no"]),
    ([r"a(?P<s>\s)b", r"(?P<s>\S+)$", r"a(?P<s>[\s-]+)b", r"^(?P<s>[^\s]+)", r"(?P<s>[\S]+)$"],
     ["a b", "a\u00a0b", "a\u2003-b", "a\u200bb", "a\u001cb", "a\u0085b", "a\u2028b", "a\u3000b", "a\u180eb", "a-b"]),
    # where words begin and end
    ([r"\b(?P<b>мир)\b", r"\bhi\b", r"(?P<b>\b\w+\b)$", r"^(?:hi|мир)\b", r"\B(?P<b>.)\B", r"é\b", r"\bé", r"(?P<b>.)\b(?P<c>.)"],
     ["мир", "миру мир", "мирный", "hi", "hié", "éhi", "hi é", "café au lait", "é", "кафé!", "a b", "…hi…"]),
    # ends
    ([r"a$", r"^a\Z", r"\Ab", r"(?m)^(?P<l>\w+)$", r"(?P<l>a$)", r"$", r"^$", r"\A\Z", r"(?m)b$", r"^^a$$"],
     ["a", "b", "a\nb", "b\na", "ba", "", "aa"]),
    # counts
    ([r"^(?P<c>a{,2})$", r"^(?P<c>a{2,})$", r"^(?P<c>a{1,2}?)(?P<d>a*)$", r"^(?P<c>a{,})b?$", r"^(?P<c>a{,2}?)", r"^(?P<c>(?:ab){2})$"],
     ["", "a", "aa", "aaa", "abab", "aab"]),
    ([r"a{", r"a{}", r"a{x}", r"a{1", r"a{,x}", r"(?P<c>{})", r"a{1 }"], ["a{", "a{}", "a{x}", "a{1", "a{,x}", "{}", "a", "a{1 }"]),
    # flags
    ([r"(?i)(?P<i>straße)", r"(?i)привет", r"(?i:h)i", r"(?i)[a-z]+$", r"(?i)ὀδός", r"(?i)k", r"(?i)s", r"(?i)[^x]", r"(?i)[^\W\d]{5}$"],
     ["STRASSE", "STRAßE", "straẞe", "ПРИВЕТ", "Привет", "Hi", "HI", "hi", "ὈΔΌΣ", "\u212a", "ſ", "X", "xx", "ΙΩΤΑι"]),
    ([r"(?s)a.b", r"a.b", r"(?s:a.)b.", r"(?ms)^a.b$", r"(?im)^A$", r"(?-s:a.b)", r"(?u)a\sb", r"(?s-i:a.b)"], ["a\nb", "axb", "aéb", "a\nbc", "b\na", "a"]),
    ([r"(?x) a  b  # a comment", "(?x) (?P<x> a ) # x\n b", r"(?x) a\ b", r"(?x) [ ]b", r"(?x: a ) b", r"(?x) a + b", r"(?x) a \# b", r"(?x)a(?-x: )b"],
     ["ab", "a b", "aab", "a#b"]),
    ([r"a(?#nothing)b", r"a(?# so * many )*b", r"(?P<c>a(?#b)c)"], ["ab", "aab", "b", "ac"]),
    # escapes
    ([r"^\x41$", r"^\u0416$", r"^\U0001F600$", r"^\101$", r"^\0?a$", r"^[\x41-\x43]$", r"^[\u0410-\u042f]$", r"^\é$", r"^\-\_\/\!$", r"^[\b]?B$", r"^[\101\n]$", r"^[\]\\^-]$"],
     ["A", "B", "Ж", "😀", "a", "é", "-_/!", "]", "\\", "^", "-", "Я"]),
    ([r"a\tb", r"a\nb", r"a[\t\n]b", r"a\fb", r"a\vb", r"a\rb", r"a\ab", r"a\.b", r"a\\b", r"a\+b", r"a\040b", r"a\012b"],
     ["a\tb", "a\nb", "a\fb", "a\vb", "a\rb", "a\ab", "a.b", "a\\b", "a+b", "axb", "a b"]),
    # classes
    ([r"^[]a]+$", r"^[^]a]+$", r"^[a-]+$", r"^[-a]+$", r"^[a\-z]+$", r"^[.*+?(){}|$^]+$", r"^[а-яё]+$", r"^[^а-я]+$", r"^[a^]+$"],
     ["]", "a]", "b", "-", "a-", "z-a", "m", ".*+?(){}|$^", "ёж", "Ёж", "a^"]),
    # groups
    ([r"(?P<a>x)|(?P<b>y)", r"(?P<a>x)?(?P<b>y)?", r"((?P<a>x)y)+", r"(?:(?P<a>x)|y)*", r"(?P<größe>x+)(y)", r"(?P<a>.*)(?P<b>y)", r"(?P<a>.*?)(?P<b>y)", r"x|(?P<a>xy)",
      r"(?P<a>(?P<b>x)y)", r"(?P<a>)y", r"(?P<a>x*)+"],
     ["x", "y", "xy", "yx", "xyxy", "xxy", ""]),
    # alternatives, and what bots are made of
    ([r"^/start$|^(hi|hello)\b", r"(?i)^(?P<yes>yes|y|да|ja)$", r"^/(?P<cmd>\w+)(?:@\w+)?(?:\s+(?P<args>.*))?$", r"(?P<size>\w+) (?P<pizza>\w+)",
      r"(?P<mail>[\w.+-]+@[\w-]+\.[\w.]+)", r"(?P<h>\d{1,2}):(?P<m>\d{2})\b", r"#(?P<tag>\w+)", r".*", r""],
     ["/start", "/start@shop_bot now", "hi there", "high", "hello", "Да", "JA", "large Diavola", "write to jürgen+x@müller.de, ok", "at 9:30", "9:301", "#größe_42!", ""]),
    # white space around what is said is gone before the search, a final newline too
    ([r"a$", r"^a$", r"a\Z", r"(?P<a>a\s*)$"], ["a\n"]),
    # İ and ı are letters of their own here, and (?i) takes the iota below along with its letters
    ([r"(?i)^i$", r"(?i)^\w$", r"(?i)^\W$"], ["ı", "İ", "I", "a\u0345", "ͅ"]),
    ([r"\B", r"(?P<a>a*)+$", r"^[[:alpha:]]$"], ["", "aa", "a]", "b"]),
]

rows = []
for patterns, texts in GROUPS:
    for pattern in patterns:
        for text in texts:
            found = re.search(pattern, text)
            rows.append([pattern, text, found and found.groupdict()])
lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
sys.stdout.write("[\n" + lines + "\n]\n")
