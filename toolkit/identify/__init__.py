"""Stage 2: what was seen → what the platform depends on, what its code needs, and which hosts nobody has described."""
