"""Calendars opened, the plan applied as a recorded run, and the daily run's log, timer and notices. Decides when
to write, to read again and to speak up; refuses to decide what a plan could have decided.
"""
