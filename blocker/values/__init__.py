"""What flows through the story: intervals, weeks, events, keys, demands, the plan, what is remembered, settings,
errors. Frozen values and the arithmetic on them; nothing here knows of any other folder.
"""
