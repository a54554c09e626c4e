"""``run --cron``: the daily run as the schedule calls it. Once a day, quiet, and loud when it matters."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, tzinfo

from msgspec.structs import replace

from blocker.commands.answer import Answer, Talk
from blocker.commands.notices import send_weekly, tell
from blocker.ledger.ledger import Ledger, open_ledger
from blocker.running.journal import error_facts
from blocker.running.outages import Outage, forget_told, outage, told_before
from blocker.running.session import Setup, known_identity, usual_days
from blocker.values.errors import BlockerError, NotConfirmed, SignInNeeded, Temporary
from blocker.values.workweek import day_words

Work = Callable[[Namespace, Setup, Talk], Answer]


def once_a_day(work: Work, args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Do the day's run if it is not done yet. One failed day is kept quiet; two in a row are told, once."""
    try:
        with _ledger(setup) as ledger:
            if _done(ledger, setup):
                forget_told(setup.state_dir)
                _weekly(ledger, setup, talk)
                return Answer([], None, changed=False, logged=None)
    except Temporary as error:  # another run is writing: there is another look in an hour
        return _quiet(error)
    try:
        answer = work(args, setup, talk)
    except (NotConfirmed, SignInNeeded) as error:  # only a person can end that
        return _told_at_once(error, setup, talk)
    except BlockerError as error:
        return _failed(error, setup, talk)
    forget_told(setup.state_dir)
    notices = setup.config.settings.notices
    with _ledger(setup) as ledger:
        gap = _outage(ledger, setup, today_failed=answer.exit_code != 0)
        lost: list[str] = []
        if answer.exit_code == 0:
            gap = replace(gap, days=_before_today(ledger, setup))
        if gap.loud and gap.name not in ledger.memory().said:
            lost = [_words(gap)]
            ledger.mark_said([gap.name])
        news = [*lost, *answer.news]
        sent = [*(lost if notices.failures else ()), *(answer.news if notices.changes else ())]
        tell(sent, "Your thinking time: what changed", setup, talk)
        _weekly(ledger, setup, talk)
    return Answer(news, answer.document, answer.exit_code, changed=bool(news))


def _failed(error: BlockerError, setup: Setup, talk: Talk) -> Answer:
    with _ledger(setup) as ledger:
        _note_failure(error, ledger, setup)
        gap = _outage(ledger, setup, today_failed=True)
        if not gap.loud or gap.name in ledger.memory().said:
            return _quiet(error)
        ledger.mark_said([gap.name])
    _tell_failure([_words(gap), error.in_full], setup, talk)
    talk.say(_words(gap))
    raise error


def _note_failure(error: BlockerError, ledger: Ledger, setup: Setup) -> None:
    number = ledger.runs.begin("run", setup.now.astimezone())
    ledger.runs.end(number, setup.now.astimezone(), error.exit_code)


def _told_at_once(error: NotConfirmed | SignInNeeded, setup: Setup, talk: Talk) -> Answer:
    """Nobody said yes to this calendar, or the sign-in has ended: no bad day that the next one may mend."""
    if isinstance(error, SignInNeeded):
        with _ledger(setup) as ledger:
            _note_failure(error, ledger, setup)
    if not told_before(setup.state_dir, error):
        said = [f"blocker: {error.message}", error.hint]
        for line in said:
            talk.say(line)
        _tell_failure(said, setup, talk)
    return _quiet(error)


def _quiet(error: BlockerError) -> Answer:
    """A failure that only the log hears of."""
    return Answer([], None, error.exit_code, changed=False, logged=error_facts(error))


def _ledger(setup: Setup) -> Ledger:
    return open_ledger(setup.state_dir, known_identity(setup))


def _zone(setup: Setup) -> tzinfo:
    return setup.now.tzinfo or UTC


def _today(setup: Setup) -> date:
    """The machine's date: the schedule runs by its clock."""
    return setup.now.date()


def _done(ledger: Ledger, setup: Setup) -> bool:
    today = _today(setup)
    return any(one.day == today and one.exit_code == 0 for one in ledger.runs.tried(_zone(setup)))


def _outage(ledger: Ledger, setup: Setup, today_failed: bool) -> Outage:
    return outage(ledger.runs.tried(_zone(setup)), _today(setup), _is_due(setup), today_failed)


def _before_today(ledger: Ledger, setup: Setup) -> tuple[date, ...]:
    """The days that were lost before today's success."""
    earlier = [one for one in ledger.runs.tried(_zone(setup)) if one.day < _today(setup)]
    return outage(earlier, _today(setup), _is_due(setup), today_failed=False).days


def _is_due(setup: Setup) -> Callable[[date], bool]:
    due = usual_days(setup)
    return lambda day: day.weekday() in due


def _words(gap: Outage) -> str:
    since = f"since {day_words(gap.last_success)}" if gap.last_success else "ever"
    days = ", ".join(day_words(day) for day in gap.days[:5]) + (" …" if len(gap.days) > 5 else "")
    return f"blocker: no successful run {since}; {len(gap.days)} working days were missed ({days})."


def _tell_failure(words: list[str], setup: Setup, talk: Talk) -> None:
    if setup.config.settings.notices.failures:
        tell(words, "Your thinking time: something is wrong", setup, talk)


def _weekly(ledger: Ledger, setup: Setup, talk: Talk) -> None:
    """The digest is no part of the run: what keeps it from being made is told with the next failed run."""
    with suppress(BlockerError):
        send_weekly(ledger, setup, talk)
