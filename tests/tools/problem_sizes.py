"""How big random placement problems get."""

from __future__ import annotations

from dataclasses import dataclass

FULL = (9 * 60, 17 * 60 + 30)


@dataclass(frozen=True)
class Size:
    """How big a problem may get. Hours are minutes from midnight."""

    weeks: tuple[int, int]
    hours: tuple[tuple[tuple[int, int], ...], ...]
    workdays: tuple[int, ...]  # how many working days a week may have
    demands: int
    standing: int
    offsite_minutes: tuple[int, ...]
    days_of_quarter: bool  # False: only the days of the horizon are given


TINY = Size(
    weeks=(1, 2),
    hours=(((540, 690),), ((540, 720),), ((540, 630), (690, 780)), ((1080, 1440),), ((0, 120), (1320, 1440)),
           ((550, 715),), ((600, 780),)),
    workdays=(1, 2, 3),
    demands=3,
    standing=3,
    offsite_minutes=(60, 90),
    days_of_quarter=False,
)  # fmt: skip
HALF_DAYS = Size(
    weeks=(1, 2),
    hours=(((540, 780),), ((540, 840),), ((540, 690), (720, 870)), ((780, 1050),), ((1200, 1440),)),
    workdays=(2, 3, 5, 7),
    demands=4,
    standing=5,
    offsite_minutes=(120, 180),
    days_of_quarter=True,
)
USUAL = Size(
    weeks=(1, 3),
    hours=((FULL,), (FULL,), ((480, 720), (780, 1020)), ((540, 780),), ((555, 1000),)),
    workdays=(3, 4, 5, 7),
    demands=5,
    standing=5,
    offsite_minutes=(240, 180),
    days_of_quarter=True,
)
SHORT_QUARTER = Size(
    weeks=(13, 13),
    hours=(((540, 690),), ((540, 660), (720, 840)), ((555, 720),), ((780, 960),)),
    workdays=(1, 2, 3),
    demands=2,
    standing=9,
    offsite_minutes=(90, 120),
    days_of_quarter=True,
)
QUARTER = Size((13, 13), ((FULL,),), (5,), 4, 0, (240,), True)
