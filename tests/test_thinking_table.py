"""The table of docs/thinking.md: each row names a test, and each test that it names is there."""

from __future__ import annotations

import ast
import re

from tests.tools.places import ROOT


def test_each_test_that_the_table_names_exists() -> None:
    rows = [
        line for line in (ROOT / "docs/thinking.md").read_text("utf-8").splitlines() if line.startswith("|")
    ]
    in_rows = [re.findall(r"`(tests/\S+\.py)::(\w+)`", row) for row in rows]
    assert in_rows[:2] == [[], []], "the head"
    assert all(in_rows[2:]), "a test in every other row"
    assert not re.search(r"::`", "".join(rows)), "a name is missing"
    assert len(in_rows) >= 14
    for file, name in (found for row in in_rows for found in row):
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
