"""The places of keys and values in a TOML text."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.config.places import KeyPath, Lines

TEXT = """\
# a comment with [a] = "table"
plain = 1  # trailing
"quoted key" = 2
'single' = 'it''x'
a.b.c = 3
dotted . spaced = 4

[table]
key = "value"
list = [
  "one", # first ]
  'two',
  ["three", "four"],
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
""".replace("'it''x'", "'itx'")


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("plain",), "2:1", "2:9"),
        (("quoted key",), "3:1", "3:16"),
        (("single",), "4:1", "4:12"),
        (("a",), "5:1", "5:1"),
        (("a", "b"), "5:3", "5:3"),
        (("a", "b", "c"), "5:5", "5:9"),
        (("dotted", "spaced"), "6:10", "6:19"),
        (("table",), "8:2", "8:2"),
        (("table", "key"), "9:1", "9:7"),
        (("table", "list", 0), "11:3", "11:3"),
        (("table", "list", 1), "12:3", "12:3"),
        (("table", "list", 2, 1), "13:13", "13:13"),
        (("table", "inline"), "15:1", "15:10"),
        (("table", "inline", "x"), "15:12", "15:16"),
        (("table", "inline", "y", "z", 1), "15:29", "15:29"),
        (("table", "inline", "w", "v"), "15:41", "15:45"),
        (("rule",), "17:3", "17:3"),
        (("rule", 0), "17:3", "17:3"),
        (("rule", 0, "book"), "19:7", "19:7"),
        (("rule", 0, "book", "strategic"), "20:1", "20:13"),
        (("rule", 1), "22:3", "22:3"),
        (("rule", 1, "name"), "23:1", "23:8"),
        (("rule", 1, "book", "strategic"), "24:10", "24:22"),
        (("table", "sub.table", "deep"), "26:3", "26:10"),
        (("rule", 1, "more", 1, "x"), "31:1", "31:5"),
        (("rule", 1, "missing"), "22:3", "22:3"),  # the nearest thing around it
        (("nowhere",), "1:1", "1:1"),
    ],
)
def test_places(path: KeyPath, key: str, value: str) -> None:
    tomllib.loads(TEXT)
    lines = Lines(TEXT)
    assert "{}:{}".format(*lines.key(path)) == key
    assert "{}:{}".format(*lines.value(path)) == value


@pytest.mark.parametrize(
    ("toml", "char", "place"),
    [
        ("k = 'abcX'", "X", "1:9"),
        ('k = "abcX"', "X", "1:9"),
        (r'k = "\t\u00e9\U0001F600\"X"', "X", "1:26"),
        ("k = '''\nab\ncX'''", "X", "3:2"),
        ('k = """a\nb"X"""', "X", "2:3"),
        ('k = """\\\n   \n  X"""', "X", "3:3"),
        ('k = """a \\  \n  b\\\\X"""', "X", "2:6"),
        ('k = """a""X"""', "X", "1:11"),
        ('k = """a\\nX"""', "X", "1:11"),
    ],
)
def test_a_character_inside_a_text(toml: str, char: str, place: str) -> None:
    index = tomllib.loads(toml)["k"].index(char)
    assert "{}:{}".format(*Lines(toml).inside(("k",), index)) == place


def test_inside_of_what_is_no_text_is_the_value() -> None:
    assert str(Lines("k = 12").inside(("k",), 1)) == "line 1, column 5"


def test_quotes_at_the_end_of_a_long_text() -> None:
    toml = 'a = """x"""""\nb = \'\'\'y\'\'\'\'\nc = """"""\nd = 1'
    assert tomllib.loads(toml) == {"a": 'x""', "b": "y'", "c": "", "d": 1}
    assert str(Lines(toml).value(("d",))) == "line 4, column 5"


def test_keys_with_escapes() -> None:
    toml = '"t\\u0061b" = 1\n["x y".\'z\']\nk = 2'
    assert tomllib.loads(toml) == {"tab": 1, "x y": {"z": {"k": 2}}}
    lines = Lines(toml)
    assert str(lines.key(("tab",))) == "line 1, column 1"
    assert str(lines.value(("x y", "z", "k"))) == "line 3, column 5"


@pytest.mark.parametrize("text", ["", "\n\n", "# only\n# comments", "a = 1", "[a]", "a = []\nb = {}\n[[c]]"])
def test_small_texts(text: str) -> None:
    tomllib.loads(text)
    Lines(text)


words = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=8)
values = st.recursive(
    st.integers(-99, 99) | st.booleans() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
styles = st.sampled_from(["basic", "literal", "long"])
gaps = st.sampled_from(["", " ", "\n", " # a ] comment }\n", "\t\n "])


def write(
    value: object, draw: st.DataObject, marks: dict[KeyPath, int], out: list[str], path: KeyPath
) -> None:
    """Write ``value`` as TOML in some style and note where each part begins."""
    marks[path] = sum(map(len, out))
    if isinstance(value, bool | int):
        out.append(str(value).lower())
    elif isinstance(value, str):
        style = draw.draw(styles)
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        if style == "long":
            out.append(f'"""\n{escaped}"""')
        elif style == "literal" and "'" not in value:
            out.append(f"'{value}'")
        else:
            out.append(f'"{escaped}"')
    elif isinstance(value, list):
        out.append("[")
        for number, item in enumerate(value):
            out.append(draw.draw(gaps))
            write(item, draw, marks, out, (*path, number))
            out.append(draw.draw(gaps) + ",")
        out.append(draw.draw(gaps) + "]")
    elif isinstance(value, dict):
        out.append("{")
        for number, (key, item) in enumerate(value.items()):
            escaped = key.replace("\\", "\\\\").replace('"', '\\"')
            out.append(f'{"," if number else ""} "{escaped}" = ')
            write(item, draw, marks, out, (*path, key))
        out.append(" }")


@given(st.dictionaries(words, values, max_size=4), st.data())
def test_every_value_of_any_document_is_found(document: dict[str, object], draw: st.DataObject) -> None:
    out: list[str] = []
    marks: dict[KeyPath, int] = {}
    for key, value in document.items():
        escaped = key.replace("\\", "\\\\").replace('"', '\\"')
        out.append(f'"{escaped}" = ')
        write(value, draw, marks, out, (key,))
        out.append("\n")
    toml = "".join(out)
    assert tomllib.loads(toml) == document
    lines = Lines(toml)
    for path, offset in marks.items():
        before = toml[:offset]
        assert lines.value(path) == (before.count("\n") + 1, len(before) - before.rfind("\n")), path
