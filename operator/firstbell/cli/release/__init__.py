"""`firstbell release`: every floor back to its baseline."""
