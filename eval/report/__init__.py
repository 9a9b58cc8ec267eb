"""Results for readers: the table of the command line, charts and the page. Knows results, not how they came about."""
