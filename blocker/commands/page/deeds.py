"""What is done for the page: each time with the settings, the clock and the calendar as they are then."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from blocker.commands.answer import Answer, Talk
from blocker.commands.calling import Call
from blocker.commands.page.view import View, view
from blocker.commands.program import read_words
from blocker.engine import make_plan, pose_problem
from blocker.ledger.ledger import open_ledger
from blocker.placing.place import other_slots
from blocker.planning import guard
from blocker.planning.chosen import name_of
from blocker.running.agreed import Agreed, Outdated, carry_out_agreed, move_by_hand
from blocker.running.run import at_work
from blocker.running.session import Session, Setup
from blocker.showing.documents import plan_document
from blocker.showing.plan_text import last_words
from blocker.values.errors import UsageError
from blocker.values.plan import Plan

Form = Mapping[str, Sequence[str]]
CHANGED = "Something changed meanwhile, so nothing was written. This is the plan as it is now."


class Deeds:
    """``args`` are those of the command that started the page: its calendar and config hold for all that is done."""

    def __init__(self, args: Namespace, setup: Setup, talk: Talk) -> None:
        self._args, self._setup = args, setup
        self._talk = Talk(talk.say, None)  # nobody sits at the terminal

    def look(self) -> View:
        """The plan as of now."""
        found: list[View] = []

        def work(args: Namespace, setup: Setup, talk: Talk) -> Answer:
            with Session(setup) as session, open_ledger(setup.state_dir, session.identity) as ledger:
                sight = session.read(ledger.memory())
                last = ledger.runs.last()
            request, seen = sight.request, sight.survey()
            plan = make_plan(request, seen)
            names = name_of(plan, request)
            plan = guard.told(plan, request.snapshot, request.memory, asked=True)
            problem = pose_problem(request, seen).problem
            slots = {c.key: other_slots(problem, c.key) for c in plan.changes if c.action == "keep"}
            undoable = f"{request.workweek.local(last.started):%a %H:%M}" if last else ""
            found.append(view(plan, request, names, slots, undoable))
            return Answer([])

        self._do(Namespace(command="plan", work=work))
        return found[0]

    def say(self, words: Sequence[str]) -> Sequence[str]:
        """What a command with these words says. Raises BlockerError."""
        return self._do(read_words(words)).lines

    def approve(self, form: Form) -> Sequence[str]:
        """Make those of the plan's changes that are ticked."""
        try:
            made = datetime.fromisoformat(form["made"][0])
        except ValueError:
            raise UsageError("the form is not one of this page's", "load the page again") from None
        agreed = Agreed(made, form["digest"][0], form["name"][0], frozenset(form.get("key", ())))
        done: list[Plan] = []

        def work(args: Namespace, setup: Setup, talk: Talk) -> Answer:
            with Session(setup) as session, at_work(session) as ledger:
                done.append(carry_out_agreed(agreed, session, ledger, lambda change: None))
            return Answer([last_words(done[0], done=True)], plan_document(done[0], applied=True))

        try:
            return self._do(Namespace(command="apply", work=work)).lines
        except Outdated:
            return [CHANGED]

    def move(self, form: Form) -> Sequence[str]:
        """Put a block where the person wants it: it is theirs from then on."""
        key, wanted = form["key"][0], form["start"][0]

        def work(args: Namespace, setup: Setup, talk: Talk) -> Answer:
            with Session(setup) as session, at_work(session) as ledger:
                sight = session.read(ledger.memory())
                problem = pose_problem(sight.request, sight.survey()).problem
                slot = next((s for s in other_slots(problem, key) if s.start.isoformat() == wanted), None)
                if slot is None:
                    raise UsageError("that time is not free any more", "choose another one")
                done = move_by_hand(key, slot, sight, session, ledger)
            return Answer(
                [last_words(done, done=True), *(() if done.failed else ("It stays where you put it.",))],
                plan_document(done, applied=True),
            )

        return self._do(Namespace(command="move", work=work)).lines

    def _do(self, args: Namespace) -> Answer:
        given: dict[str, Any] = {**vars(self._args), **vars(args)}
        given |= {name: vars(self._args)[name] for name in ("config", "calendar", "log_titles", "log_json")}
        call = Call(Namespace(**given), self._setup.environ, lambda: self._setup.later)
        return call.answer(self._setup.later, self._talk, _unsaid)


def _unsaid(words: str) -> None:
    """Nobody waits at the terminal."""
