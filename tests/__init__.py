"""A regular package: a distribution that tests use has one of this name, too, and namespaces come last."""
