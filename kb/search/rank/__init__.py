"""The learned reranker: features of a candidate, LightGBM, calibrated probabilities.

Does not know where candidates come from, nor what becomes of the order.

* ``columns``   what is known of every row before any question;
* ``evidence``  vectors, terms, known questions behind protocols; a question and its candidates;
* ``prune``     many candidates → those worth weighing in full;
* ``features``  candidates → numbers;
* ``booster``   a LightGBM model by its C library;
* ``ranker``    the shipped model and its calibration.
"""

from kb.search.rank.columns import Columns
from kb.search.rank.cross import CrossReranker
from kb.search.rank.evidence import Candidates, Evidence, Query, Ranked, Votes
from kb.search.rank.features import NAMES, features
from kb.search.rank.prune import pruned
from kb.search.rank.ranker import Judged, Ranker, load_ranker

__all__ = [
    "NAMES",
    "Candidates",
    "Columns",
    "CrossReranker",
    "Evidence",
    "Judged",
    "Query",
    "Ranked",
    "Ranker",
    "Votes",
    "features",
    "load_ranker",
    "pruned",
]
