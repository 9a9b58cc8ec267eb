"""Hits → an answer whose every citation verifies, or a refusal; with a chat model or without one.

Does not know doors, nor how hits are found.

* ``engine``     one question's way: refuse early, search, select, quote, compose, verify
* ``intent``     what a question asks for, by its words (``cues.toml``)
* ``select``     which hits are cited, and in which role
* ``quote``      which 款/项 of an article are quoted
* ``compose``    the Chinese lines
* ``refuse``     when there is no answer, and why
* ``rules``      procedure tips and known conflicts: data of ``corpus/``
* ``conflict``, ``change``, ``tips``   two provisions on one act; a law that changed; procedure and waiver
* ``reports``    answers out of report passages
"""
