"""Start the server by hand, to try a calendar program without an account."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from .faults import Entry
from .seed import load


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.google_server", description=__doc__)
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one (default: %(default)s)")
    parser.add_argument(
        "--seed", type=Path, metavar="FILE.json", help="the account to start with: see seed.py"
    )
    parser.add_argument(
        "--faults", type=float, default=0.0, metavar="RATE", help="the share of requests to fail, such as 0.1"
    )
    parser.add_argument(
        "--blocked",
        default="",
        metavar="WHY",
        help="the consent screen is closed: admin_policy_enforced, org_internal …",
    )
    parser.add_argument(
        "--refuse",
        default="",
        metavar="ERROR",
        help="what the token endpoint answers: invalid_grant, deleted_client …",
    )
    options = parser.parse_args()
    seed = json.loads(options.seed.read_text(encoding="utf-8")) if options.seed else {}
    with load(seed, port=options.port, clock=lambda: datetime.now(UTC)) as server:
        server.faults.random(options.faults)
        server.tokens.blocked = options.blocked
        server.tokens.refusal = (options.refuse, "as asked for") if options.refuse else None
        credentials = Path(tempfile.mkdtemp(prefix="google-server-")) / "credentials.json"
        credentials.write_text(json.dumps(server.credentials()), encoding="utf-8")
        server.log.listener = _show
        for name in (signal.SIGINT, signal.SIGTERM):  # shells start background jobs deaf to the first
            signal.signal(name, signal.default_int_handler)
        sys.stdout.write(f"BLOCKER_GOOGLE_ROOT={server.root_url}\n")
        sys.stdout.write("OAUTHLIB_INSECURE_TRANSPORT=1\n")  # oauthlib knows https alone, but for trials
        sys.stdout.write(f"blocker connect google --credentials {credentials}\n")
        sys.stdout.flush()
        sys.stderr.write("Ctrl-C ends it; each request is shown here.\n")
        with suppress(KeyboardInterrupt):
            while True:
                time.sleep(1)
    return 0


def _show(entry: Entry) -> None:
    sys.stderr.write(f"{entry.status or 'dropped'} {entry.method} {entry.path} {entry.fault or ''}\n")


if __name__ == "__main__":
    raise SystemExit(main())
