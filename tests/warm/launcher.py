"""Has a warm process fork one that runs a module, and lasts as long: ``launcher.py SOCKET MODULE [ARGUMENT …]``.

Jupyter takes it for the kernel. It imports next to nothing.
"""

import json
import os
import socket
import sys

path, *argv = sys.argv[1:]
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    request = {"argv": argv, "env": dict(os.environ), "cwd": os.getcwd()}
    socket.send_fds(connection, [json.dumps(request).encode() + b"\n"], [0, 1, 2])
    status = connection.recv(1)  # nothing where the fork was killed
    while connection.recv(1):  # until it has ended
        pass
sys.exit(status[0] if status else 1)
