"""HTTP as the Functions host serves it: routes, keys, limits."""
