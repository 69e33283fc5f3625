//! Facts read from JSON, and what is refused.
