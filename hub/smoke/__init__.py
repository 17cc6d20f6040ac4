"""`pgc hub smoke`: after each change of a hub, the way of two real persons through all of it, in a real browser."""
