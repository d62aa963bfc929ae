"""What simulators of platforms are made of, whatever the platform. Nothing but simulators imports it.

How a platform answers is its own simulator's matter, and stays there. Each part is imported from its own
module. Needs the extra `simulator`: `pip install "atdesk-sdk[simulator]"`.
"""
