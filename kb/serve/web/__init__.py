"""The web door: the page and the monitor's addresses in one process, behind one fence.

Does not know what the pages do.
"""

from kb.serve.web.app import Listening, make_app
from kb.serve.web.logs import log_to
from kb.serve.web.run import address, run

__all__ = ["Listening", "address", "log_to", "make_app", "run"]
