"""Demands and free time become placements, and reasons for what has no place.

Pure. Every limit and the objective are here; why something is wanted, and what a calendar is, are not.
"""
