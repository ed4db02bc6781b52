"""`firstbell check`: whether an operator is there that decides."""
