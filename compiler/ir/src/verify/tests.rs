//! What the verifier accepts and refuses.
