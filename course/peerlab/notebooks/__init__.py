"""Lessons as notebooks: their cells, their tidy form, the checks an author runs, the answers that prove them."""
