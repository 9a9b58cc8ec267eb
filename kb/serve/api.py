"""What a monitor asks: ``/healthz`` (can questions be answered) and ``/metrics`` (Prometheus text).

Does not know pages or users. Counters live in a registry of their own, one a process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from kb.base.records import Answer, KbError

if TYPE_CHECKING:
    from kb.app import KnowledgeBase

_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


class Metrics:
    """Counters of one server."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("kb_requests", "HTTP requests", ["method", "status"], registry=self.registry)
        self.request_seconds = Histogram(
            "kb_request_seconds",
            "Seconds of an HTTP request, streams left out",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.answers = Counter("kb_answers", "Answers given", ["outcome"], registry=self.registry)
        self.answer_seconds = Histogram(
            "kb_answer_seconds", "Seconds of an answer", buckets=_SECONDS, registry=self.registry
        )
        self.citations = Counter("kb_citations", "Citations given", ["status"], registry=self.registry)
        self.logins = Counter("kb_logins", "Sign-in attempts", ["outcome"], registry=self.registry)
        self.open_requests = Gauge("kb_open_requests", "Requests under way", registry=self.registry)

    def answered(self, answer: Answer, seconds: float) -> None:
        """Count an answer."""
        self.answers.labels("refused" if answer.refused else "answered").inc()
        self.answer_seconds.observe(seconds)
        for citation in answer.citations:
            self.citations.labels(citation.status).inc()

    def text(self) -> bytes:
        """All counters in Prometheus' text format."""
        text: bytes = generate_latest(self.registry)
        return text


def router(base: KnowledgeBase, metrics: Metrics) -> APIRouter:
    """``/healthz``: 200 with the generation, 503 with the cure; ``/metrics``."""
    routes = APIRouter()

    @routes.get("/healthz")
    def healthz(response: Response) -> dict[str, str]:
        response.headers["Cache-Control"] = "no-store"
        try:
            return {"status": "ok", "generation": base.generation.id}
        except KbError as error:
            response.status_code = 503
            return {"status": "no index", "detail": str(error)}

    @routes.get("/metrics")
    def metrics_text() -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE_LATEST)

    return routes
