"""Open a network socket.  `no_network` must stop this module."""

from __future__ import annotations

import socket

if __name__ == "__main__":
    socket.socket(socket.AF_INET, socket.SOCK_STREAM).close()
