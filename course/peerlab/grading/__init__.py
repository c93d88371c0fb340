"""Work goes out, comes back and is marked; nbgrader stays the standard on the outside."""
