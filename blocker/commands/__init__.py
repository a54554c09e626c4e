"""What a person can say, one module for each group that ``blocker --help`` shows. Decides what is asked, done and answered;
refuses to know the clock. No command prints: an answer is a value, which ``terminal`` shows.
"""
