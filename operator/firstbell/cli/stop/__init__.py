"""`firstbell stop`: everything kept from being written, until it is told to go on or for a while."""
