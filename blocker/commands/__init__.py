"""What a person can say, one module for each group that ``blocker --help`` shows. Decides what is asked, done and answered;
refuses to know the clock, and prints nothing: an answer is a value.
"""
