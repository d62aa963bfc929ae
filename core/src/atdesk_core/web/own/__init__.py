"""The agent's own page: what it is told and may do (JSON and a socket), and its files."""
