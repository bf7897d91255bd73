"""Prometheus metrics of one server."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from kinolex.serve.place import Place

__all__ = ["Measured", "Metrics"]

_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Metrics:
    """Counters of one server in a registry of their own."""

    def __init__(self) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self.registry = CollectorRegistry()
        self.requests = Counter(
            "kinolex_requests",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "kinolex_request_seconds",
            "Time until the first byte of the answer.",
            ["route"],
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.gone = Counter(
            "kinolex_requests_gone", "Requests whose client left first.", registry=self.registry
        )
        self._waiting = Gauge(
            "kinolex_questions_waiting", "Questions asked and not answered.", registry=self.registry
        )
        self._videos = Gauge(
            "kinolex_videos", "Videos of the library by state.", ["state"], registry=self.registry
        )
        self._failures = Gauge("kinolex_failures", "Failed files.", registry=self.registry)
        self._generation = Gauge(
            "kinolex_generation", "Number of the library's last change.", registry=self.registry
        )
        self._jobs = Gauge(
            "kinolex_jobs", "Index runs by state.", ["state"], registry=self.registry
        )
        self._transcoding = Gauge(
            "kinolex_transcoding", "Films being transcoded.", registry=self.registry
        )

    def text(self, place: Place, counts: Any) -> bytes:
        """Everything, in Prometheus's text format."""
        from prometheus_client import generate_latest

        self._waiting.set(place.waiting)
        for state in ("done", "partial", "pending"):
            self._videos.labels(state).set(getattr(counts, state))
        self._failures.set(counts.failed)
        self._generation.set(counts.generation)
        states: list[str] = [job.state for job in place.jobs.all()]
        for state in ("waiting", "running", "paused", "done", "failed", "cancelled"):
            self._jobs.labels(state).set(states.count(state))
        self._transcoding.set(len(place.transcoders.running))
        return generate_latest(self.registry)


class Measured:
    """ASGI middleware that counts and times every request by the route that served it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        status: list[tuple[int, float]] = []

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                status.append((message["status"], time.perf_counter() - started))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            code, seconds = status[0] if status else (500, time.perf_counter() - started)
            # The template, not the path: paths hold ids and would never end.
            route = getattr(scope.get("route"), "path", "none")
            if scope["path"].startswith("/v1/") and not route.startswith("/v1/"):
                route = f"/v1{route}"
            # Nor any word that a stranger calls a method.
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, code).inc()
            self._metrics.seconds.labels(route).observe(seconds)
