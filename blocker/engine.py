"""The whole story on one screen: what a calendar holds → what should be done about it. Pure.

    read → classify → measure → rules → place → diff → (guard → apply)

``survey`` does the first part, up to judged weeks. Here the blocks that stand are matched with what
we remember, the rules' demands are placed around them, and the difference is the plan.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from blocker.placing.problem import Problem
from blocker.planning.diff import diff
from blocker.planning.history import brought_up_to_date
from blocker.planning.outcome import floors, notes, offsites, unplaced
from blocker.planning.posing import place_with, pose
from blocker.planning.pre_work import pre_work
from blocker.planning.recall import Recollection, recall
from blocker.planning.standing import dismissed, examine
from blocker.rules.demands import Demands, Known, ask
from blocker.rules.offsite import OffsiteAsked, ask_for_offsite
from blocker.rules.survey import Survey, take_survey
from blocker.values.plan import Inspection, Plan
from blocker.values.request import Request
from blocker.wording.brief import Sources
from blocker.wording.causes import ordinary_words
from blocker.wording.drafts import drafting, next_thinking_block, refreshed, where_they_will_be
from blocker.wording.read_back import with_read_back
from blocker.wording.themes import draw, goal_topics


class Question(Struct, frozen=True):
    """What is asked of placement, and everything that the question was made from."""

    request: Request
    recollection: Recollection
    inspection: Inspection
    asked: Demands
    offsite: OffsiteAsked
    problem: Problem


def pose_problem(request: Request, seen: Survey, lost: frozenset[str] = frozenset()) -> Question:
    """Match the blocks that stand with what we remember, ask the rules, and put it all into one problem.

    ``lost`` are the keys of hit blocks that have no other place in their week.
    """
    recollection = recall(request.snapshot, request.memory, request.now, request.settings.digest())
    request = replace(request, memory=recollection.memory)
    request = replace(request, memory=with_read_back(request))
    request = replace(request, memory=brought_up_to_date(seen, request))
    inspection = examine(request, recollection.live, seen)
    known = replace(_known(request, recollection, seen, inspection), lost=lost)
    asked = ask([seen.loads[week] for week in request.horizon], known)
    offsite = ask_for_offsite(request, recollection.live, seen, inspection)
    if request.policy == "rebalance":  # one week, and nothing beside it
        asked, offsite = asked.of(request.week), OffsiteAsked((), (), ())
    problem = pose(request, seen, inspection, asked, offsite, known)
    return Question(request, recollection, inspection, asked, offsite, problem)


def make_plan(request: Request, survey: Survey | None = None) -> Plan:
    """Decide everything; write nothing. The same request always gives the same plan."""
    snapshot, seen = request.snapshot, survey or take_survey(request)
    question = pose_problem(request, seen)
    solution = place_with(question.problem, question.offsite.demands[1:])
    if solution.released:  # what they were for may be wanted in another week now
        question = pose_problem(request, seen, lost=frozenset(solution.released))
        solution = place_with(question.problem, question.offsite.demands[1:])
    request, recollection, inspection = question.request, question.recollection, question.inspection
    asked, offsite = question.asked, question.offsite

    unwanted = {**dismissed(request, recollection.live), **recollection.halves}
    note = pre_work(request, recollection.live, seen, solution, unwanted)
    solution = replace(solution, placements=(*solution.placements, *note.placements))
    slots = where_they_will_be(recollection.live, solution, unwanted)
    next_key = next_thinking_block(slots, recollection.live, request)
    themes = {**draw(slots, recollection.live, request), **goal_topics(solution.placements, request)}
    sources = Sources(request, seen, next_key, themes)

    missing = unplaced(asked, offsite, solution)
    changes = diff(
        recollection,
        solution,
        inspection,
        unwanted={**unwanted, **note.unwanted},
        owed={item.key for item in missing},
        refreshed=refreshed(recollection.live, slots, sources),
        draft=drafting(sources, slots),
        now=request.now,
    )
    if request.policy == "rebalance":
        changes = tuple(c for c in changes if request.workweek.key_week(c.key, c.slot) == request.week)
    ordinary = ordinary_words(seen.lines, request.settings.texts)
    said, words = notes(request, changes, missing, inspection, ordinary)
    return Plan(
        now=request.now,
        calendar=snapshot.calendar,
        zone=request.workweek.zone.key,
        policy=request.policy,
        weeks=floors(request, seen, asked, changes, inspection),
        quarters=offsites(offsite, changes, missing),
        changes=changes,
        unplaced=missing,
        skipped=request.skipped,
        notes=words,
        said=said,
        read_back=tuple((q.text, q.asked_by) for q in request.memory.parked if not (q.id or q.event)),
        complete=snapshot.complete,
        zone_source=request.zone_source,
    )


def _known(request: Request, recollection: Recollection, seen: Survey, inspection: Inspection) -> Known:
    hit, stuck = (
        frozenset(block.key for block in inspection.standing if block.state in states)
        for states in (("hit", "hit_fixed"), ("hit_fixed",))
    )
    return Known(
        today=request.workweek.date_of(request.now),
        blocks=recollection.live,
        memory=request.memory,
        events=seen.classified,
        rules=seen.rules,
        settings=request.settings,
        workweek=request.workweek,
        reoffer=request.week if request.policy == "rebalance" else None,
        hit=hit,
        stuck=stuck,
    )
