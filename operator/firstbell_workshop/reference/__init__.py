"""The pages of reference, made from the code: `python -m firstbell_workshop.reference --write`."""
