"""Evaluation: measures and protocols, each named, versioned and exact; numpy only.

A *measure* says what is computed of one query (`measure`, one file each in `measures`); a
*protocol* says how things are put in order, which queries count and what is printed (`protocol`,
in `protocols`). Every `Result` says what it rests on. Start reading at `retrieval`.
"""
