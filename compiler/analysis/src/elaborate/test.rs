//! Tests: facts, and what must come out.
