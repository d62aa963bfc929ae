"""Writes docs/contract/frames.schema.json anew, after a message of `atdesk.frames.v1` has changed.

python core/tools/write_frames_schema.py
"""

import json
from pathlib import Path

from atdesk_core.web.frames.schema import frames_schema

WHERE = Path(__file__).resolve().parents[2] / "docs" / "contract" / "frames.schema.json"

if __name__ == "__main__":
    WHERE.write_text(json.dumps(frames_schema(), indent=1) + "\n", encoding="utf-8")
    print(f"written: {WHERE.name}")
