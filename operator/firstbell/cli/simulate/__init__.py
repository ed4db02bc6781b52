"""`firstbell simulate`: what a day will be like for those who come."""
