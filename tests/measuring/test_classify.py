"""What kind of time an event is, and why; the titles that look like something they are not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.measuring.classify import classify, dedupe, own_offsites
from blocker.measuring.expressions import ExpressionError
from blocker.values.events import Event
from blocker.values.intervals import interval
from blocker.values.plan import Classified
from blocker.values.settings import Count, Settings
from tests.tools.making import DEFAULTS, event

NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
ALL_DAY = (date(2026, 11, 23), date(2026, 11, 24))
OTHERS = ("a@example.org", "b@example.org")


def kind_of(title: str, minutes: int = 60, settings: Settings = DEFAULTS, **more: Any) -> Classified:
    slot = None if "days" in more else interval(NINE, NINE + timedelta(minutes=minutes))
    return classify([event(title, slot, **more)], settings)[0]


AWAY_TITLES = [
    "Vacation", "Annual leave", "PTO", "Paternity leave", "Out of office", "OOO: dentist then home", "Day off",
    "Sick day", "Time off in lieu", "On holiday", "Holiday in Spain", "Public holiday", "Travel to Munich",
    "Business trip Lyon", "Flight LH 123", "Travel",
    "Urlaub", "Urlaub Kreta", "Elternzeit", "Dienstreise nach Wien", "Krank", "Überstundenabbau", "Brückentag",
    "Abwesend", "Reise nach Köln", "Außer Haus", "Feiertag", "Bildungsurlaub",
    "Congés payés", "Vacances", "RTT", "Congé maternité", "Absent", "Jour férié", "Déplacement à Paris",
    "Arrêt maladie", "Hors du bureau",
    "Vacaciones", "Día libre", "Fuera de la oficina", "Baja médica", "Viaje de negocios", "Asuntos propios", "Festivo",
    "Férias", "Folga", "Fora do escritório", "Licença-maternidade", "Viagem a trabalho", "Feriado", "Baixa médica",
    "Ferie", "In ferie", "Trasferta Milano", "Vakantie", "Vrije dag", "Ziek", "Urlop", "Urlop wypoczynkowy", "Delegacja",
    "Dovolená", "Dovolenka", "Služební cesta", "Отпуск", "Командировка", "Больничный", "Відпустка", "Concediu",
    "Concediu medical", "Yıllık izin", "Resmî tatil", "Semester", "Föräldraledig", "Feriedag", "Barsel", "Kesäloma",
    "Lomalla", "Szabadság", "Άδεια", "Urlaubstage", "Betriebsferien", "Krankenstand", "Récupération", "Permiso retribuido",
    "Licença", "Vacanze estive", "In vacanza", "Permesso", "Snipperdag", "Roostervrij", "Dni wolne", "Urlopy", "Na dovolené",
    "Nepřítomen", "Mateřská", "Náhradné voľno", "На больничном", "Отсутствую", "У відпустці", "Vacanță", "Doğum izni",
    "Tatil", "Ledighet", "Frånvarande", "Sommerferie", "Fraværende", "Permisjon", "Egenmelding", "Sairaana", "Isyysvapaa",
    "Táppénz", "Nyaralás", "Διακοπές", "Αναρρωτική άδεια",
]  # fmt: skip
AWAY_FOR_LONG_TITLES = [
    "Conference", "PyCon (conference)", "Trade fair Hanover", "Konferenz Wien", "Fachtagung", "Conférence annuelle",
    "Colloque", "Congreso nacional", "Conferencia anual", "Congresso", "Feira comercial", "CP", "Puente", "ROL",
]  # fmt: skip
PERSONAL_TITLES = [
    "Lunch", "Lunch with Ana", "Lunch break", "Dentist", "Doctor's appointment", "School run", "Kids pick-up",
    "Gym", "Physio", "Parents' evening", "Haircut",
    "Mittagspause", "Mittagessen", "Zahnarzt", "Zahnarzttermin", "Kinderarzt", "Kinder abholen", "Privat", "Friseur",
    "Déjeuner", "Pause déjeuner", "Dentiste", "Médecin", "RDV médical", "Chercher les enfants", "Coiffeur",
    "Almuerzo", "Comida", "Dentista", "Médico", "Recoger a los niños", "Gimnasio", "Peluquería",
    "Almoço", "Consulta médica", "Buscar as crianças", "Academia", "Fisioterapia",
]  # fmt: skip
STRATEGIC_TITLES = [
    "Thinking time", "Strategic thinking: What to stop", "Focus time", "Deep work", "FOCUS BLOCK", "Time to think",
    "Denkzeit", "Fokuszeit", "Strategisches Denken", "Konzentriertes Arbeiten",
    "Temps de réflexion", "Réflexion stratégique", "Temps de concentration",
    "Tiempo para pensar", "Pensamiento estratégico", "Tiempo de concentración",
    "Tempo para pensar", "Pensamento estratégico", "Tempo de foco",
]  # fmt: skip
FRONTLINE_TITLES = [
    "Gemba", "Gemba walk line 3", "Site visit Leeds", "Front-line time", "Shop floor", "Ride-along with Sam",
    "Customer visit", "Learning team: near miss", "Ward round",
    "Werksbesuch", "Vor-Ort-Termin", "Kundenbesuch", "Hospitation", "Begehung",
    "Visite terrain", "Visite d'usine", "Journée terrain", "Visita a planta", "Visita a clientes", "Trabajo de campo",
    "Visita à fábrica", "Chão de fábrica", "Visita técnica",
]  # fmt: skip
LEARNING_TITLES = [
    "Training: negotiation", "First aid course", "Leadership seminar", "Webinar: pricing", "Learning time",
    "Schulung Arbeitsschutz", "Fortbildung", "Weiterbildung", "Lernzeit", "Kurs Projektmanagement",
    "Formation sécurité", "Formation continue", "Cours d'anglais",
    "Formación", "Curso de finanzas", "Capacitación", "Formação", "Treinamento", "Curso de inglês",
]  # fmt: skip
# Titles that hold one of the words above and are ordinary work; several from public calendars.
OPERATIONAL_TITLES = [
    "Galaxy ML-2 (new conference link)", "Conference call", "Weekly phone conference", "Press conference",
    "Conference room booking", "PTO policy review", "Travel budget review", "Travel expenses", "Vacation planning",
    "Vacation handover", "Out of office hours support", "Leave policy", "Submit PTO", "Urlaubsplanung",
    "Urlaubsvertretung klären", "Telefonkonferenz", "Planification des congés", "Réunion absences",
    "Planificación de vacaciones", "Planejamento de férias", "Feedback session", "Time travel debugging",
    "Developer Lunch & Learn", "Lunch and learn: testing", "Business lunch", "Working lunch", "Client lunch",
    "Déjeuner d'affaires", "Comida de negocios", "Dental software demo", "Office Hours", "Kickoff", "Doctoral review",
    "Strategy review", "Strategic planning", "Focus group", "Strategic thinking workshop", "Deep work training plan",
    "Vision Team Meeting", "design: Parallel compilation support strategy", "Focus time policy review",
    "training academy planning", "Galaxy Training Academy", "Model training pipeline", "Training data review",
    "Course correction", "Frontline working group", "Site visit planning", "Release Testing Kickoff",
    "Technical Committee Office hours", "New Contributor Meet and Greet", "Leadership Council Meeting", "Meeting",
    "1:1 Ana / Tom", "Plenum", "", "Richiesta ferie", "Wniosek o urlop", "График: отпуск", "Winter semester kickoff",
    "Vacanze scolastiche", "Permesso di costruire", "Freie Stelle", "Fri lunch demo",
]  # fmt: skip


@pytest.mark.parametrize("title", AWAY_TITLES)
def test_away_by_title_timed_or_all_day(title: str) -> None:
    assert kind_of(title).kind == "away"
    assert kind_of(title, days=ALL_DAY).kind == "away"


@pytest.mark.parametrize("title", AWAY_FOR_LONG_TITLES)
def test_a_conference_is_away_if_it_lasts(title: str) -> None:
    assert kind_of(title, minutes=119).kind == "operational"
    assert kind_of(title, minutes=120).kind == "away"
    assert kind_of(title, days=ALL_DAY).kind == "away"


@pytest.mark.parametrize(
    ("kind", "title"),
    [("personal", title) for title in PERSONAL_TITLES]
    + [("frontline", title) for title in FRONTLINE_TITLES]
    + [("learning", title) for title in LEARNING_TITLES],
)
def test_kinds_by_title_with_or_without_others(kind: str, title: str) -> None:
    assert kind_of(title).kind == kind
    assert kind_of(title.upper(), attendees=OTHERS).kind == kind
    assert kind_of(title, days=ALL_DAY).kind == "ignored"


@pytest.mark.parametrize("title", OPERATIONAL_TITLES)
def test_ordinary_work_that_only_sounds_like_something_else(title: str) -> None:
    assert kind_of(title, minutes=90).kind == "operational"
    assert kind_of(title, days=ALL_DAY).kind == "ignored"


@pytest.mark.parametrize("title", STRATEGIC_TITLES)
def test_own_strategic_time_is_alone_and_an_hour_at_least(title: str) -> None:
    assert kind_of(title).kind == "strategic"
    assert kind_of(title, minutes=59).kind == "operational"
    assert kind_of(title, attendees=OTHERS).kind == "operational"


def test_native_focus_time_is_strategic_from_an_hour_whatever_its_title() -> None:
    assert kind_of("Heads down", event_type="focusTime").kind == "strategic"
    assert kind_of("Heads down", minutes=45, event_type="focusTime").kind == "operational"
    assert kind_of("Buy milk", event_type="task").kind == "ignored"


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"status": "cancelled"}, "ignored: cancelled"),
        ({"response": "declined"}, "ignored: you declined"),
        ({"response": "delegated"}, "ignored: you delegated it"),
        ({"transparent": True}, "ignored: shown as free"),
        ({"event_type": "workingLocation"}, "ignored: working location"),
        ({"event_type": "birthday", "days": ALL_DAY}, "ignored: birthday"),
        ({"days": ALL_DAY}, "ignored: all-day note"),
        ({"days": ALL_DAY, "transparent": False}, "away: all day and busy"),
        ({"event_type": "outOfOffice"}, "away: out of office"),
        ({"event_type": "newGoogleType2027"}, "operational: timed and busy"),
        ({"status": "tentative"}, "operational: timed and busy"),
        ({"response": "needs-action"}, "operational: timed and busy"),
    ],
)
def test_why_in_words(more: dict[str, Any], why: str) -> None:
    assert kind_of("Budget", **more).why == why


CANCELLED_TITLES = [
    "Canceled: Budget", "Cancelled: Budget", "CANCELLED: Budget", "cancelled - Budget", "[Cancelled] Budget",
    "Abgesagt: Budget", "Annulé : Budget", "Cancelado: Budget", "Cancelada: Budget", "Anulado: Budget",
    "Odwołane: Budget", "Zrušeno: Budget", "Aflyst: Budget", "Annulleret: Budget", "Peruutettu: Budget",
    "Отменено: Budget", "İptal Edildi: Budget", "iptal: Budget", "已取消: 预算", "已取消：预算", "取消: 預算",
    "キャンセル済み: 予算", "【中止】予算", "취소됨: 예산", "Скасовано: Budget", "Canceled event: Budget", "Zrušen: Budget", "Avbokat: Budget",
    "Annulliert: Budget", "Evento cancelado: Budget", "Afspraak geannuleerd: Budget", "Kansellert: Budget", "Stornováno: Budget",
    "取り消されました：予算", "キャンセル済：予算", "בוטל: Budget", "تم الإلغاء: Budget", "İptal edilmiştir: Budget", "Törölt: Budget",
]  # fmt: skip


@pytest.mark.parametrize("title", CANCELLED_TITLES)
def test_outlooks_cancelled_form(title: str) -> None:
    assert kind_of(title).kind == "ignored"
    assert "cancelled" in kind_of(title).why


@pytest.mark.parametrize(
    "title", ["Cancelled flights: what now", "Review of cancelled: orders", "Uncancelled: yes"]
)
def test_a_title_about_cancelling_is_not_cancelled(title: str) -> None:
    assert kind_of(title).kind == "operational"


DUTY_TITLES = [
    "On call", "On-call: Ana", "Deputy for Tom", "Standby", "Vertretung Anna", "Rufbereitschaft", "Bereitschaft",
    "Urlaubsvertretung für Anna", "Astreinte", "De garde", "Guardia", "Plantão", "Reperibilità", "Dyżur", "Pohotovost",
    "Дежурство", "Beredskap", "Vagt", "Päivystys", "Nöbet", "Pikett", "Oncall primary", "Garde", "De gardă", "Jour", "Bakvakt",
    "Wachtdienst", "Sobreaviso", "Retén", "Zastępstwo", "Чергування", "本周值班", "当番", "Spätdienst", "Sostituzione",
]  # fmt: skip


@pytest.mark.parametrize("title", DUTY_TITLES)
def test_duty_takes_no_day(title: str) -> None:
    assert kind_of(title, days=ALL_DAY, transparent=False).kind == "ignored"
    assert kind_of(title, days=ALL_DAY, transparent=False).why.startswith(
        "ignored: all-day note, the title has “"
    )
    assert kind_of(title, days=ALL_DAY, event_type="outOfOffice").kind == "away"
    assert kind_of(title).kind == "operational"
    assert kind_of(title, minutes=7 * 24 * 60).kind == "ignored"


@pytest.mark.parametrize(
    "title", ["Lago di Garda", "Interim report", "Standby flight LH 1", "Vervanging cv-ketel"]
)
def test_words_of_duty_in_another_sense(title: str) -> None:
    assert kind_of(title, days=ALL_DAY, transparent=False).kind == "away"


def test_an_absence_that_names_its_deputy_is_an_absence() -> None:
    assert kind_of("Urlaub (Vertretung: Tom)", days=ALL_DAY, transparent=False).kind == "away"


def test_the_way_to_an_event_is_load_whatever_the_event_is() -> None:
    assert kind_of("Travel: Dentist", event_type="travelTime").why == "operational: travel time"
    assert kind_of("Travel: Vacation", event_type="travelTime", response="declined").kind == "ignored"
    gym = Settings(classify={"personal": ("title ~ 'judo'",), "ignored": ("title ~ 'maybe'",)})
    assert kind_of("Travel: Judo", settings=gym, event_type="travelTime").kind == "operational"
    assert kind_of("Travel: maybe", settings=gym, event_type="travelTime").kind == "ignored"


@pytest.mark.parametrize("answer", [{"response": "needs-action"}, {"status": "tentative"}])
def test_what_the_person_does_not_count_takes_no_day_either(answer: dict[str, Any]) -> None:
    strict = Settings(count=Count(tentative=False, unanswered=False))
    assert kind_of("Sports day", settings=strict, days=ALL_DAY, transparent=False, **answer).kind == "ignored"
    assert kind_of("Conference", 240, settings=strict, event_type="outOfOffice", **answer).kind == "ignored"
    assert not own_offsites([event("Offsite", days=ALL_DAY, **answer)], strict)


def test_invitations_count_as_the_config_says() -> None:
    strict = Settings(count=Count(tentative=False, unanswered=False))
    assert kind_of("Budget", settings=strict, response="tentative").why == (
        "ignored: tentative, and you don't count those"
    )
    assert kind_of("Training", settings=strict, status="tentative").kind == "ignored"
    assert kind_of("Budget", settings=strict, response="needs-action").kind == "ignored"
    own = {"response": "needs-action", "organizer_is_me": True}  # one's own needs no answer
    assert kind_of("Budget", settings=strict, **own).kind == "operational"
    assert kind_of("Budget", settings=strict, response="accepted").kind == "operational"


def test_the_first_rule_of_the_users_that_matches_wins() -> None:
    settings = Settings(
        classify={
            "personal": ("calendar = 'family'",),
            "strategic": ("title ~ 'vision'", "category = 'Thinking' and attendees = 0"),
            "ignored": ("color = 'grey' or (organizer ~ '@news\\.' and minutes <= 30)",),
            "operational": ("title ~ '^OOO'",),
        }
    )
    assert kind_of("Vision", settings=settings, calendar="ics:/home/ana/Family.ics").why == (
        "your rule personal #1: calendar = 'family'"
    )
    assert kind_of("Vision 2030", settings=settings, attendees=OTHERS).kind == "strategic"
    assert kind_of("Alone", settings=settings, categories=("thinking",)).why == (
        "your rule strategic #2: category = 'Thinking' and attendees = 0"
    )
    assert (
        kind_of("Alone", settings=settings, categories=("thinking",), attendees=OTHERS).kind == "operational"
    )
    assert kind_of("Digest", settings=settings, minutes=30, organizer="x@news.example").kind == "ignored"
    assert kind_of("Digest", settings=settings, minutes=31, organizer="x@news.example").kind == "operational"
    assert kind_of("Grey", settings=settings, color="GREY").kind == "ignored"
    assert kind_of("OOO tooling", settings=settings).kind == "operational"
    assert kind_of("Vision", settings=settings, transparent=True).kind == "ignored"


def test_a_bad_rule_of_the_users_is_an_error_with_its_column() -> None:
    with pytest.raises(ExpressionError, match="column 1: unknown property 'titel'; did you mean title"):
        kind_of("Budget", settings=Settings(classify={"personal": ("titel = 'x'",)}))


@pytest.mark.parametrize("title", ["Vacation", "Canceled: Oncologist", "Oncologist", "Dentist", "Deep work"])
def test_a_private_title_is_never_quoted_not_even_in_part(title: str) -> None:
    settings = Settings(classify={"personal": ("title ~ 'oncolog'",)})
    seen = kind_of(title, settings=settings, private=True)
    assert seen.kind == kind_of(title, settings=settings).kind
    assert not any(
        word in seen.why.lower() for word in ("vacation", "oncolog", "dentist", "deep", "canceled:")
    )


def test_one_meeting_on_two_calendars_is_one_event() -> None:
    slot = interval(NINE, NINE + timedelta(hours=1))
    mine = event("Budget", slot, uid="same", response="declined")
    teams = event("Budget", slot, uid="same", calendar="ics:team.ics", attendees=OTHERS)
    later = event("Budget", interval(NINE + timedelta(days=7), NINE + timedelta(days=7, hours=1)), uid="same")
    nameless = event("Budget", slot, uid="")
    assert dedupe([teams, later, mine, nameless, nameless]) == (mine, later, nameless, nameless)
    assert dedupe([mine, teams]) == (mine,)


def test_a_copy_of_a_sync_tool_is_the_same_event() -> None:
    slot, longer = interval(NINE, NINE + timedelta(hours=1)), interval(NINE, NINE + timedelta(hours=2))
    mine = event("Budget", slot, uid="a", calendar="one")
    copy = event("Budget", slot, uid="b", calendar="two", response="declined")
    assert dedupe([mine, copy]) == (copy,)
    others = [
        event("Budget", longer, uid="c", calendar="two"),
        event("Budget!", slot, uid="d", calendar="two"),
    ]
    assert dedupe([mine, *others]) == (mine, *others)
    untitled = [event("", slot, uid=calendar, calendar=calendar) for calendar in ("one", "two")]
    assert dedupe(untitled) == tuple(untitled)


def test_two_events_with_one_identity_and_start_are_two_on_each_calendar() -> None:
    hour, half = interval(NINE, NINE + timedelta(hours=1)), interval(NINE, NINE + timedelta(minutes=30))
    mine = [
        event("Hearing", hour, uid="a", calendar="one"),
        event("Roll call", half, uid="a", calendar="one"),
    ]
    copies = [replace(one, calendar="two") for one in reversed(mine)]
    assert dedupe([*mine, *copies]) == tuple(mine)


@pytest.mark.parametrize(
    ("title", "minutes", "found"),
    [
        ("Team offsite", 240, True),
        ("Team offsite", 239, False),
        ("Leadership retreat", 480, True),
        ("Strategietag", 300, True),
        ("Klausurtagung", 300, True),
        ("Séminaire de direction", 300, True),
        ("Retiro estratégico", 300, True),
        ("Dia de estratégia", 300, True),
        ("Offsite planning", 300, False),
        ("Offsite backups", 300, False),
        ("Board meeting", 300, False),
    ],
)
def test_own_offsites_by_pattern_and_length(title: str, minutes: int, found: bool) -> None:
    timed = event(title, interval(NINE, NINE + timedelta(minutes=minutes)), attendees=OTHERS)
    assert own_offsites([timed], DEFAULTS) == ((timed,) if found else ())
    assert (classify([timed], DEFAULTS)[0].kind == "strategic") is found
    all_day = event(title, days=ALL_DAY)
    assert bool(own_offsites([all_day], DEFAULTS)) is (found or minutes == 239)


def test_own_offsites_as_the_user_names_them_and_never_those_that_do_not_happen() -> None:
    slot = interval(NINE, NINE + timedelta(hours=5))
    settings = Settings(classify={"offsite": ("title ~ 'hüttentag'",)})
    assert own_offsites([event("Hüttentag", slot)], settings)
    assert not own_offsites([event("Hüttentag", slot, status="cancelled")], settings)
    assert not own_offsites([event("Offsite", slot, response="declined")], settings)
    assert not own_offsites([event("Offsite", slot, transparent=True)], settings)


# Events that are alike but for one thing

WORDS = st.sampled_from(
    ("Budget round", "Thinking time", "Conference", "Strategy retreat", "PTO", "Lunch", "Cancelled: x")
)
ONE_THING: dict[str, st.SearchStrategy[Any]] = {
    "title": WORDS,
    "status": st.sampled_from(("confirmed", "tentative", "cancelled")),
    "transparent": st.sampled_from((None, True, False)),
    "response": st.sampled_from(("none", "accepted", "declined", "tentative", "needs-action")),
    "event_type": st.sampled_from(("default", "outOfOffice", "focusTime", "workingLocation")),
    "organizer": st.sampled_from(("", "boss@example.org")),
    "attendees": st.sampled_from(((), OTHERS[:1], OTHERS)),
    "categories": st.sampled_from(((), ("Red",))),
    "color": st.sampled_from(("", "7")),
    "calendar": st.sampled_from(("a", "b")),
    "private": st.booleans(),
    "minutes": st.sampled_from((30, 60, 90, 119, 120, 239, 240, 600)),
    "days": st.sampled_from((0, 1)),
}
USUAL = {
    "title": "Budget round", "status": "confirmed", "transparent": None, "response": "none", "event_type": "default",
    "organizer": "", "attendees": (), "categories": (), "color": "", "calendar": "a", "private": False,
    "minutes": 60, "days": 0,
}  # fmt: skip
EVERY_PROPERTY = Settings(
    count=Count(tentative=False),
    classify={
        "learning": ("calendar = 'b'", "color = '7'", "attendees = 2"),
        "frontline": ("category = 'red'", "organizer ~ 'boss'", "minutes >= 4h"),
    },
)


@pytest.mark.parametrize("name", sorted(ONE_THING))
@given(st.data())
@hypothesis_settings(max_examples=60)
def test_what_is_alike_but_for_one_thing_is_looked_at_again(name: str, data: st.DataObject) -> None:
    another = data.draw(st.sampled_from(sorted(ONE_THING)), label="another")
    first = USUAL | {another: data.draw(ONE_THING[another], label=another)}
    second = first | {name: data.draw(ONE_THING[name], label=name)}
    both = [made_of(**first), made_of(**second)]
    together = classify(both, EVERY_PROPERTY)
    assert together == tuple(kind for one in both for kind in classify([one], EVERY_PROPERTY))


def made_of(*, minutes: int, days: int, **given: Any) -> Event:
    when = interval(NINE, NINE + timedelta(minutes=minutes))
    return Event(uid="u", when=when, dates=ALL_DAY if days else None, **given)
