"""Acceptance: the program judged from outside, by a reader and a judge that share no code with it."""
