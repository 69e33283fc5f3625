//! The text form there and back.
