"""From hits to answers, drafts and their checks."""
