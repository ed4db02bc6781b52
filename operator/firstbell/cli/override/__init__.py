"""`firstbell override`: an order with an end, with what it does shown first; listed, and ended early."""
