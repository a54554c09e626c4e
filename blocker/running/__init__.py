"""Calendars opened, the plan applied, the daily run and its log, timer and notices.

Meets files and networks through the port and the ledger; decides nothing that a plan could have decided.
"""
