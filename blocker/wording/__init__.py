"""What is written into a block and said of it: title, question, facts of the week, agenda, all from templates
that a person may change. Pure. Refuses to know the screen, and decides nothing about the plan.
"""
