"""How it gets there: the first look, watches of other people's objects, and what no watch tells of."""
