"""What the outside sees of a domain; the source is `outside.py`, and nothing is loaded before it is asked for."""
