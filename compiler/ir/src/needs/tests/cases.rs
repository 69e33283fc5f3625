//! Decisions by hand.
