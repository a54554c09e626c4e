"""The weeks as a page: gathered as plain values, then poured into a template. Decides what stands where, and
how much of it; refuses to know how a week was planned, and runs no script in the reader's browser.
"""
