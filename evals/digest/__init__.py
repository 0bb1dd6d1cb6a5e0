"""The weekly digest: what goes into it, and how far each of its figures may be trusted."""
