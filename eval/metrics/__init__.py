"""What is counted, one function a metric; every one maps a row to a number. Knows no files, tasks or doors.

* ``ranking``  recall, MRR, nDCG by ir-measures;
* ``points``   answer points by value;
* ``answers``  citations, places, quotations, numbers, refusals of one answer object;
* ``stats``    bootstrap intervals and paired tests.
"""

from eval.metrics.answers import Judged, judge
from eval.metrics.points import given, given_exactly
from eval.metrics.ranking import RANKING, measure
from eval.metrics.stats import Difference, interval, mean, paired, percentiles

__all__ = [
    "RANKING",
    "Difference",
    "Judged",
    "given",
    "given_exactly",
    "interval",
    "judge",
    "mean",
    "measure",
    "paired",
    "percentiles",
]
