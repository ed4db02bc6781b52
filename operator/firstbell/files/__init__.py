"""Text that people write: YAML with its lines, the manifests in it, and what is said about both."""
