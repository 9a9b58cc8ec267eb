"""Government reports: structure and figures."""
