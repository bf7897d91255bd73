"""A model hub on this machine: the few answers of its protocol that a client needs."""

from __future__ import annotations

import hashlib
import json
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34


class Hub:
    """Serves ``files`` of one repository; ``claimed`` sizes are told, ``cut`` files break off."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.claimed: dict[str, int] = {}
        self.cut: set[str] = set()
        self.swapped: dict[str, bytes] = {}
        self.asked: list[str] = []
        handler = type("Handler", (_Handler,), {"hub": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        return

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.hub.asked.append(path)
        if path.startswith("/api/models/owner/repo"):
            self._send(json.dumps(self._listing()).encode(), "application/json", {}, body)
            return
        _, _, rest = path.partition("/resolve/")
        revision, _, name = rest.partition("/")
        if not path.startswith("/owner/repo/") or name not in self.hub.files:
            self.send_response(404)
            self.send_header("X-Error-Code", "EntryNotFound")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        data = self.hub.swapped.get(name, self.hub.files[name])
        tag = hashlib.sha256(self.hub.files[name]).hexdigest()
        head = {"ETag": f'"{tag}"', "X-Repo-Commit": COMMIT, "Accept-Ranges": "bytes"}
        self._send(data, "application/octet-stream", head, body, cut=name in self.hub.cut)
        assert revision

    def _listing(self) -> dict[str, Any]:
        siblings = []
        for name, data in self.hub.files.items():
            size = self.hub.claimed.get(name, len(data))
            entry: dict[str, Any] = {"rfilename": name, "size": size, "blobId": "0" * 40}
            if name.endswith(".onnx"):
                value = hashlib.sha256(data).hexdigest()
                entry["lfs"] = {"sha256": value, "size": size, "pointerSize": 130}
            siblings.append(entry)
        return {
            "_id": "1",
            "id": "owner/repo",
            "modelId": "owner/repo",
            "sha": COMMIT,
            "siblings": siblings,
            "tags": [],
            "downloads": 0,
            "likes": 0,
            "private": False,
        }

    def _send(
        self, data: bytes, kind: str, head: dict[str, str], body: bool, *, cut: bool = False
    ) -> None:
        self.send_response(200)
        for name, value in {"Content-Type": kind, **head}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if body:
            self.wfile.write(data[: len(data) // 2] if cut else data)
            if cut:
                self.wfile.flush()
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
