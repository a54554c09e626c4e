"""Demands and free time become placements, and reasons for what has no place. Pure. Every limit and the
objective are here, as docs/objective.md has them; why something is wanted, and what a calendar is, it refuses
to know.
"""
