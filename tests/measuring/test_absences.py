"""Colleagues' days off on the user's calendar: they take nothing of the user's time, and the user's own do."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from blocker.measuring.classify import classify
from blocker.values.events import Event
from blocker.values.settings import Settings
from tests.tools.making import event

TUESDAY = (date(2026, 11, 24), date(2026, 11, 25))
COLLEAGUES = event("Planning", attendees=("anna.schmidt@example.org", "bob@example.org", "team@example.org"))

OTHERS = [
    "Anna on vacation", "Anna Schmidt is on parental leave", "Bob OOO", "Bob - OOO", "BOB: OOO", "[Bob] OOO", "bob on pto",
    "Bob S. out of office", "Jean-Luc en congés", "Maria de vacaciones", "João de férias", "Peter im Urlaub", "Petra ist krank",
    "Bob is out", "Sam out sick", "Priya off work", "Anna abwesend", "Zoë hors du bureau", "Luis fuera de la oficina",
    "Vacation: Anna", "Urlaub Anna Schmidt", "PTO – Bob", "Bob PTO", "Anna: Urlaub", "Bob's vacation",
    "Mario in ferie", "Jan op vakantie", "Piet afwezig", "Ola na urlopie", "Petr na dovolené", "Ion în concediu",
    "Иван в отпуске", "Олена у відпустці", "Mehmet izinde", "Anders på semester", "Mette på ferie", "Mikko lomalla",
    "Kata szabadságon", "Μαρία σε άδεια",
]  # fmt: skip
MINE = [
    "Vacation", "OOO", "Urlaub", "PTO – Lisbon", "PTO", "On vacation", "Family vacation", "I'm on vacation", "We are on holiday",
    "Me OOO", "Wedding OOO", "Dentist OOO", "Half day OOO", "Friday: OOO", "Conference - out of office", "Urlaub Italien", "Rome: vacation",
    "Lisbon PTO", "Vacation with Anna", "Trip to Munich with Bob", "Travel OOO", "Summer vacation", "Annual leave", "Out of office",
    "Ich bin im Urlaub", "Back on leave", "Umzug: abwesend", "Congés payés", "Férias", "Team OOO", "New Year's holidays: vacation", "Company holiday: vacation",
    "Ferie", "In ferie", "Vakantie Spanje", "Ik ben op vakantie", "Urlop", "Jestem na urlopie", "Rodzina na urlopie", "L4",
    "Dovolená", "Отпуск", "Я в отпуске", "Відпустка", "Concediu", "Yıllık izin", "İzindeyim", "Semester v. 30", "Kesäloma",
    "Szabadság", "Άδεια",
]  # fmt: skip


def kind_of(title: str, *events: Event, me: tuple[str, ...] = (), **more: Any) -> str:
    first = event(title, days=TUESDAY, **more)
    return classify([first, COLLEAGUES, *events], Settings(me=me))[0].kind


@pytest.mark.parametrize("title", OTHERS)
@pytest.mark.parametrize("transparent", [None, False], ids=["unsaid", "busy"])
def test_a_colleagues_absence_is_not_the_users(title: str, transparent: bool | None) -> None:
    assert kind_of(title, transparent=transparent) == "ignored"


@pytest.mark.parametrize("title", MINE)
def test_the_users_own_absence_stays_one(title: str) -> None:
    assert kind_of(title) == "away"


@pytest.mark.parametrize("title", ["Dana on vacation", "Dana OOO", "Urlaub Dana", "Dana Miller - OOO"])
def test_the_user_may_name_themselves(title: str) -> None:
    assert kind_of(title, me=("dana.miller@example.org",)) == "away"
    own = event("Weekly", organizer="dana.miller@example.org", organizer_is_me=True)
    assert kind_of(title, own) == "away"
    assert kind_of(title.replace("Dana", "Anna").replace("Miller", "Smith"), own) == "ignored"


def test_a_timed_absence_of_somebody_else_leaves_the_time_free() -> None:
    assert classify([event("Anna on vacation")], Settings())[0].kind == "ignored"


def test_an_out_of_office_event_on_the_users_own_calendar_is_theirs() -> None:
    assert kind_of("Anna on vacation", event_type="outOfOffice") == "away"


def test_the_users_rule_has_the_last_word() -> None:
    rules = Settings(classify={"away": ("title ~ 'Anna'",)})
    assert classify([event("Anna on vacation", days=TUESDAY)], rules)[0].kind == "away"
