"""Make the plan of a bug report again, and say where it differs from the one that was reported.

python -m benchmarks.replay FILE
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from blocker.commands.bug_bundle import request_of
from blocker.engine import make_plan
from blocker.showing.plan_in_full import plan_lines


def main(path: Path) -> int:
    kept = json.loads(path.read_text("utf-8"))
    made = make_plan(request_of(kept))
    reported = {(c["action"], c["key"], *c["slot"]) for c in kept["plan"]}
    again = {(c.action, c.key, c.slot.start.isoformat(), c.slot.end.isoformat()) for c in made.changes}
    lines = plan_lines(made)
    lines += [f"only in the report: {' '.join(item)}" for item in sorted(reported - again)]
    lines += [f"only in this plan: {' '.join(item)}" for item in sorted(again - reported)]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0 if reported == again else 1


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1])))
