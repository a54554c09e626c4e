"""What is written into a block: its title, question, facts and agenda.

Pure. Says nothing about the screen, and decides nothing about the plan.
"""
