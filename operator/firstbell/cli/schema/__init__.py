"""`firstbell schema`: JSON Schema of the kinds, for editors."""
