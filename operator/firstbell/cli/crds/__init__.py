"""`firstbell crds`: the custom resource definitions."""
