"""The table of docs/thinking.md: each test that it names is there."""

from __future__ import annotations

import ast
import re

from tests.tools.places import ROOT


def test_each_test_that_the_table_names_exists() -> None:
    rows = [
        line for line in (ROOT / "docs/thinking.md").read_text("utf-8").splitlines() if line.startswith("|")
    ]
    named = re.findall(r"`(tests/\S+\.py)::(\w+)`", "\n".join(rows))
    assert len(named) == len(rows) - 2 >= 12, "a test in every row but the two of the head"
    for file, name in named:
        tree = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, (file, name)
