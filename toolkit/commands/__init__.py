"""The commands, a module each: its body composes stage functions. `toolkit/cli.py` registers them."""
