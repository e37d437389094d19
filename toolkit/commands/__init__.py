"""Commands that stand in modules of their own: each composes stages as `cli.py` does, and is registered there."""
