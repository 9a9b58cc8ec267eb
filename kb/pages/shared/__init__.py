"""What the pages share: escaping, views of provisions and answers, authorisation, looks.

Does not know any single page.
"""
