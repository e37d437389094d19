"""`offramp init`: what was found, as a commented offramp.toml with its open questions, for the user to correct."""
