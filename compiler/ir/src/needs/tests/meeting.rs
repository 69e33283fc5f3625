//! Conditions that meet.
