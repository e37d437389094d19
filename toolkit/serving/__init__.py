"""What Offramp's small services share: their database, their listener, their patience, and what an address counts by.

It travels to hosts with them, so it imports nothing else of the toolkit but `toolkit.errors`, and only libraries that
Debian 13 has.
"""
