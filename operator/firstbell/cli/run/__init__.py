"""`firstbell run`: the operator."""
