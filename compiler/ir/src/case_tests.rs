//! Cases: read, run and compared.
