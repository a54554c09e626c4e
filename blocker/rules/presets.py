"""Role presets as data: level → clause → condition. A clause that a role doesn't list is the manager's.

A level fires if any of its clauses holds. Sources of the figures:

* Perlow, Hadley, Eun, "Stop the meeting madness", HBR 2017: executives average nearly 23 h of meetings a week.
* Porter, Nohria, "How CEOs manage time", HBR 2018: CEOs spend 72 % of their time in meetings, 28 % alone.
* Mankins, Garton (Bain), "Time, talent, energy", 2017: a supervisor keeps 6.5 h a week for work of their own.
* Clockwise, engineering meeting benchmarks, 2022: engineers have 10.9 h of meetings and 19.6 h of focus time
  a week; in large companies 16.9 h.
* Microsoft, "Research proves your brain needs breaks", 2021: stress builds up over two hours back to back.

Where a figure is our own choice, the comment says so; ``calibrate`` replaces choices by a person's own weeks.
"""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "manager": {
        "amber": {
            # Our choice: half of the week is gone before one's own work begins.
            "share": "operational_share >= 50%",
            # Our choice: just below what executives average (23 h, Perlow et al.), as a warning.
            "hours": "operational_hours >= 20h",
            # What the average supervisor keeps (6.5 h, Mankins and Garton): less is below average.
            "focus": "focus_hours < 6.5h",
            # Our choices: one such sign is an ordinary week, two are not. 3 h is half as much again as
            # the two hours over which stress was seen to build up (Microsoft).
            "signs": "two of (fragmentation >= 60%, meetings_max_day >= 6, back_to_back_hours >= 3h,"
            " after_hours > 1h)",
        },
        "red": {
            # Our choice: on the way to a CEO's 72 % (Porter and Nohria), without a CEO's staff.
            "share": "operational_share >= 65%",
            # Our choice: above the executives' average of 23 h (Perlow et al.).
            "hours": "operational_hours >= 25h",
            # Our choice: two free stretches of two hours in a week are the least that can be used.
            "focus": "focus_hours < 4h",
            # Our choices; 4 h is twice the two hours of Microsoft's study.
            "signs": "two of (meetings_max_day >= 8, conflict_share > 50%, back_to_back_hours >= 4h)",
        },
    },
    "executive": {
        "amber": {
            "share": "operational_share >= 60%",  # our choice, between a manager's red and a CEO's 72 %
            "hours": "operational_hours >= 23h",  # the executives' average (Perlow et al.)
        },
        "red": {
            "share": "operational_share >= 72%",  # what CEOs have (Porter and Nohria)
            "hours": "operational_hours >= 30h",  # our choice: 80 % of a week of 37.5 h
        },
    },
    "specialist": {
        "amber": {
            "hours": "operational_hours >= 8h",  # our choice, below the engineers' average of 10.9 h (Clockwise)
            "focus": "focus_hours < 17.5h",  # our choice, just above large companies' 16.9 h (Clockwise)
        },
        "red": {
            "hours": "operational_hours >= 15h",  # our choice: two of five days
            "focus": "focus_hours < 12h",  # our choice: less than a third of a week of 37.5 h
        },
    },
}

# Design 4.3: strategic blocks in a week of five working days. The floor is there at any level.
FLOOR = {"strategic": 1}
BOOKS: Mapping[str, Mapping[str, int]] = {"amber": {"strategic": 2}, "red": {"strategic": 3}}


def when(role: str, level: str) -> str:
    """The condition of a role's level, as a person would write it in the config."""
    clauses = {**ROLES["manager"][level], **ROLES[role][level]}
    return " or ".join(clauses.values())
