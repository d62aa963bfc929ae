"""The agent's page as the engine sees it: a screen that shows looks and notices, and a source of frames."""
