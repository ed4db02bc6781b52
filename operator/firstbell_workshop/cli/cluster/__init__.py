"""`firstbell cluster`: a control plane to look around in."""
