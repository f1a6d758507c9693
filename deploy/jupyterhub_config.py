"""A class on one machine: JupyterHub, with a server, a home and a practice account for each student.

Start it as root, from a folder that only root can read (it keeps a cookie secret and a database there):

    jupyterhub -f /path/to/jupyterhub_config.py

Who may log in: users of this machine, with their password here (PAM), and of them only the members of the group
`kmscourse`. Nobody can register, and nobody is an administrator of the Hub. What the system keeps apart, users, their
files and their processes, is what keeps the students apart. docs/class.md has the steps.
"""

import sys
from pathlib import Path

BIN = Path(sys.executable).parent  # of the environment that has the course and JupyterHub
GROUP = "kmscourse"
IDLE_SECONDS = 3600

c = get_config()  # noqa: F821  JupyterHub has it here

# Only this machine reaches the Hub. For others, put a web server with TLS before it: passwords travel here.
c.JupyterHub.bind_url = "http://127.0.0.1:8000"

c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {GROUP}

# Each server is a process of its student's. `kmscourse lab --hub` lays their copy of the notebooks, and becomes it.
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = [str(BIN / "kmscourse"), "lab", "--hub"]
c.Spawner.environment = {"KMSCOURSE_HOME": "~/kmscourse", "KMSCOURSE_TARGET": "sandbox"}
c.Spawner.http_timeout = 120  # a whole class starts at once

# Servers that nobody has used for an hour end; the files stay. A practice account ends by itself.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", f"--timeout={IDLE_SECONDS}"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
