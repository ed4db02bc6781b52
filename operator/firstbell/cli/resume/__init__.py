"""`firstbell resume`: an end of the order to stop."""
