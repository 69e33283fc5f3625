//! `enact schema`: the records on chain that policies read.
