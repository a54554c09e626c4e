"""What a plan, a week or a block looks like to a person or a program: text, JSON, a grid, a page. Decides
which words and cells stand for a value; refuses to read anything, and to decide anything about the plan.
"""
