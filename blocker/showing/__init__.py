"""What a plan, a week or a block looks like to a person or a program: text, JSON, a grid, a page.

Given values, makes words and cells; reads nothing and decides nothing.
"""
