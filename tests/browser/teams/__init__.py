"""The page in Teams: Microsoft's own TeamsJS in our frame, and before it a host that speaks its messages."""
