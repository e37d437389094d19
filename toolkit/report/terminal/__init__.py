"""What each value looks like on a terminal: one module per stage, all written through `screen`."""
