"""`firstbell rehearse`: a bell's capacity raised for a short time, to see how fast it is Ready."""
