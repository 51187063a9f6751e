"""What would run and why: `generate`, `preview`, `explain`, `fingerprint`, `shadow`, `lint`, and what they share."""
