"""What the service serves over HTTP: webhooks for the adapters, and its health."""
