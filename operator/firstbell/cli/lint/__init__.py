"""`firstbell lint`: what files say and most likely do not mean."""
