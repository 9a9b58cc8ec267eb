"""The web page, one tab a file: ``build(door)`` draws a page, ``ready(door)`` says whether its engine is there.

Pages do not know each other; what they share stands in ``shared``.
"""
