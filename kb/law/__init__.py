"""Legal texts: structure, catalogue, citations, sanctions."""
