"""`atdesk.frames.v1`: frames from the agent's page or from a forwarder, over one WebSocket at `/frames`."""
