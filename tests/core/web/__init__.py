"""Pages, sockets and sign-in over real HTTP on loopback."""
