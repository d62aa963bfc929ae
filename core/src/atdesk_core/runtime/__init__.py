"""The service round the engine: plugins, outbox, looks, and one owner for each agent."""
