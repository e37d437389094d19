"""What a checkout says about its vendors: one walk, each file read once, a parser per format."""
