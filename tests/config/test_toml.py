"""The lines of keys, tables and list items in a TOML text."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.config.toml import line_of, lines_of, toml
from blocker.values.fields import KeyPath

TEXT = '''\
# a comment with [a] = "table"
plain = 1  # trailing
"quoted key" = 2
'single' = 'it is'
a.b.c = 3
dotted . spaced = 4
long = """
[not] = "a table"
"""
after = 1

[table]
key = "value"
list = [
  "one", # first ]
  'two',
  ["three",
   "four"],
]
inline = { x = 1, y.z = [2, 3], "w" = { v = 4 } }

[[rule]]
name = "first"
[rule.book]
strategic = 2

[[rule]]
name = "second"
book = { strategic = 1 }
  [ table . "sub.table" ]
  deep = 2026-11-23 07:32:00 # a date with a space

[[rule.more]]
x = 1
[[rule.more]]
x = 2
["t\\u0061b"]
themes = [
  { name = "a", question = """one
two""" },
  { name = "b" },
]
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("plain",), 2),
        (("quoted key",), 3),
        (("single",), 4),
        (("a",), 5),
        (("a", "b", "c"), 5),
        (("dotted", "spaced"), 6),
        (("long",), 7),
        (("after",), 10),
        (("table",), 12),
        (("table", "key"), 13),
        (("table", "list"), 14),
        (("table", "list", 0), 15),
        (("table", "list", 1), 16),
        (("table", "inline", "y", "z", 1), 20),
        (("table", "inline", "w", "v"), 20),
        (("rule",), 22),
        (("rule", 0), 22),
        (("rule", 0, "name"), 23),
        (("rule", 0, "book"), 24),
        (("rule", 0, "book", "strategic"), 25),
        (("rule", 1), 27),
        (("rule", 1, "name"), 28),
        (("rule", 1, "book", "strategic"), 29),
        (("table", "sub.table", "deep"), 31),
        (("rule", 1, "more", 0, "x"), 34),
        (("rule", 1, "more", 1, "x"), 36),
        (("tab",), 37),
        (("tab", "themes", 0, "question"), 39),
        (("tab", "themes", 1, "name"), 41),
        (("rule", 1, "missing"), 27),  # the nearest thing around it
        (("nowhere",), 1),
    ],
)
def test_lines(path: KeyPath, line: int) -> None:
    assert line_of(path, lines_of(TEXT)) == line


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments", "a = 1", "[a]", "a = []\nb = {}\n[[c]]"])
def test_small_texts(text: str) -> None:
    assert set(lines_of(text)) >= {(key,) for key in tomllib.loads(text)}


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
leaves = st.integers(-99, 99) | st.booleans() | words
inline = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3)
)
gaps = st.sampled_from(["", "\n", "# a ] comment }\n", "\t\n \n"])


@given(st.dictionaries(words, st.lists(inline, max_size=4) | inline, max_size=5), st.data())
def test_every_key_and_item_of_any_document_is_found(
    document: dict[str, object], data: st.DataObject
) -> None:
    """Written with gaps of every kind before each key and before each item of a list."""
    text, expected = "", dict[KeyPath, int]()
    for key, value in document.items():
        text += data.draw(gaps)
        expected[(key,)] = text.count("\n") + 1
        text += f"{toml(key)} = "
        if isinstance(value, list):
            text += "["
            for number, item in enumerate(value):
                text += data.draw(gaps)
                expected[(key, number)] = text.count("\n") + 1
                text += f"{toml(item)},"
            text += data.draw(gaps) + "]"
        else:
            text += toml(value)
        text += "\n"
    assert tomllib.loads(text) == document
    found = lines_of(text)
    assert {path: found[path] for path in expected} == expected
