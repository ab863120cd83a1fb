"""The commands, one module each.  A command reads its options, calls the library and prints the result."""
