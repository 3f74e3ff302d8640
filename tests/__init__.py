"""The tests; a package, so that one of the same name that a dependency installs does not hide it."""
