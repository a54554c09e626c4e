"""Whose absence a title tells of: "Anna on vacation" takes nothing of the user's time, "PTO – Lisbon" does.

Colleagues put their days off on everybody's calendar, so such a title is looked at twice: is somebody
named in it as its subject, or somebody whom the calendar's addresses know?
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from blocker.measuring import patterns
from blocker.values.events import Event


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


# After one of these words only a person can be the subject.
_PREDICATES = r"""
    (?:is |will be |are )?on (?:[a-z]+ )?(?:leave|vacation|holidays?|pto|sabbatical)
    (?:ist |sind )?(?:im (?:urlaub|mutterschutz|sabbatical)|in (?:elternzeit|mutterschutz))
    (?:est |sera )?en (?:conges?|vacances|deplacement)|(?:esta |estara )?de (?:vacaciones|permiso|baja|viaje)
    (?:esta |estara )?(?:de (?:ferias|licenca|folga)|em viagem)
    (?:is|will be|ist|est|sera|esta|estara) (?:out|off|away|ooo|absente?|abwesend|krank|ausente)
    (?:e |sara )?in (?:ferie|malattia|trasferta|congedo|permesso)|(?:is )?(?:op|met) (?:vakantie|verlof)
    (?:jest )?na (?:urlopie|zwolnieniu|l4|chorobowym)|(?:jest )?w delegacji
    (?:je )?na (?:dovolene|dovolenke|nemocenske)|ma (?:dovolenou|volno)|este in concediu|in concediu
    в (?:отпуске|командировке|декрете)|на больничном|у (?:відпустці|відрядженні)|на лікарняному
    (?:y[ıi]ll[ıi]k )?izinde|(?:ar |er )?pa (?:semester|ferie|barsel)|har ferie|(?:on )?lomalla|szabadsagon|σε αδεια
"""
# Before these a person is the likely subject, if it is none of the words below.
_STATES = r"""
    ooo|oof|out of (?:the )?office|out (?:sick|today)|off (?:sick|work|today)|abwesend|krank|ausser haus
    nicht im (?:buro|buero|haus)|absente?|hors (?:du )?bureau|fuera de (?:la )?oficina|ausente
    fora do escritorio|assente|fuori (?:ufficio|sede)|afwezig|ziek|nieobecn[ya]|chor[ya]|nepritom[en]a?n?y?
    отсутствует|болеет|відсутні[ий]|відсутня|izinli|raporlu|sjuk|syg|syk|borta|sairaana
"""
_NO_NAMES = _listed("""
    back still going leaving gone now today tomorrow here off out
    i im i'm me my mine we we're our us all everyone everybody team family company office department staff
    half full whole day days week morning afternoon evening long weekend partly partially mostly maybe tentative
    possibly probably summer winter spring autumn fall christmas xmas easter thanksgiving new year wedding
    funeral moving move birthday surgery hospital appointment travel travelling traveling trip flight
    conference school kid kids child children baby home house personal private doctor medical sick offsite away
    monday tuesday wednesday thursday friday saturday sunday january february march april may june july august
    september october november december not no tbc tbd hold fyi re fwd aw wg
    ich wir bin mein meine alle alles familie firma team ganztag ganztagig halber halbtags tag vormittag
    nachmittag vormittags nachmittags hochzeit umzug beerdigung geburtstag sommer herbst fruhling weihnachten
    ostern montag dienstag mittwoch donnerstag freitag samstag sonntag
    je j'ai nous mon ma equipe famille mariage demenagement matin matinee apres-midi journee ete hiver noel
    yo mi nosotros equipo familia boda mudanza manana tarde dia verano invierno navidad
    eu meu minha nos equipe casamento mudanca manha verao inverno natal
    io mio mia noi famiglia giornata mattina pomeriggio estate natale pasqua matrimonio trasloco
    ik mijn wij gezin familie hele halve dag ochtend middag zomer kerst bruiloft verhuizing
    ja jestem jsem som sono estoy estou suis moj moja my rodzina caly cala dzien tydzien rano lato swieta wesele przeprowadzka
    muj moje cela cele rodina den tyden leto vanoce svatba
    я мы мои моя семья весь вся день неделя утро лето свадьба ми моя родина весілля
    eu familia toata ziua vara ben biz aile tam yarim gun yaz jag vi familjen hela halva dagen jeg hele halve dagen
    mina perhe koko paiva en csalad egesz nap
""")
_ROLES = _listed("info team office sales support hr admin calendar noreply events meetings room all")
_NAME = r"[^\W\d_][^\W\d_'.-]*(?:[-'][^\W\d_]+)*\.?"
_WORD = r"[^\W\d_]+(?:['-][^\W\d_]+)*"
_WHOSE = r"(?P<who>[^\W\d_]+(?: [^\W\d_]+){0,2}?)'s "
_FEASTS = _listed("year season mother father valentine president veteran king queen women")
_SHORTEST = 3  # letters of a name in an address


def names(events: Iterable[Event], me: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The names that stand in people's addresses, and those in the user's own."""
    mine, others = set(me), set[str]()
    for event in events:
        others.update(event.attendees)
        (mine if event.organizer_is_me else others).add(event.organizer)
    own = {name for address in mine for name in _in_address(address)}
    known = {name for address in others - mine for name in _in_address(address)}
    return frozenset(known - own), frozenset(own)


def somebody_elses(title: str, known: frozenset[str], own: frozenset[str]) -> bool:
    """True if an absence's title tells of somebody who is not the user."""
    plain, folded = patterns.folded(title)
    words = [word for word in re.findall(_WORD, folded) if word not in _NO_NAMES]
    if own.intersection(words):
        return False
    away = patterns.matched("away", title)
    if away is not None:
        if _possessor(folded):
            return True
        left = set(words).difference(re.findall(_WORD, patterns.folded(away)[1]))
        if left and left <= known:
            return True
    found = _subject().match(folded)
    if found is None:
        return False
    end = found.end("who")
    if any(word.strip(".") in _NO_NAMES for word in folded[:end].split()):
        return False
    if any(patterns.matched(kind, plain[:end]) for kind in patterns.KINDS):
        return False  # "Dentist OOO" names nobody
    return found["sure"] is not None or all(word[0].isupper() for word in re.findall(_WORD, plain[:end]))


def _possessor(folded: str) -> bool:
    """True for "Bob's vacation", and not for "New Year's holiday"."""
    found = re.match(_WHOSE, folded)
    return found is not None and _NO_NAMES.union(_FEASTS).isdisjoint(found["who"].split())


@lru_cache(maxsize=1)
def _subject() -> re.Pattern[str]:
    """One to three names at the beginning, perhaps a dash or a colon, and what is said of them."""
    who = rf"[\[(]?(?P<who>{_NAME}(?: {_NAME}){{0,2}}?)[\])]? ?(?:[-\u2013\u2014:/|,] ?)?"
    said = rf"(?:(?P<sure>{_either(_PREDICATES)})|(?P<state>{_either(_STATES)}))"
    return re.compile(rf"{who}(?<![^\W_]){said}(?!\w)")


def _either(lines: str) -> str:
    return "|".join(line.strip() for line in lines.splitlines() if line.strip())


def _in_address(address: str) -> set[str]:
    """``anna.schmidt@…`` holds two names, ``anna@…`` one; ``team@…`` none."""
    parts = re.split(r"[._-]", address.partition("@")[0].casefold())
    return {
        part for part in parts if len(part) >= _SHORTEST and part.isalpha() and part not in _ROLES | _NO_NAMES
    }
