"""Prompt files (Markdown, one per message); see kb.assist.chain.prompt for what fills them."""
