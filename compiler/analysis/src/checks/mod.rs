//! What a policy must satisfy beyond its types: complete, free of conflict, dated, fitting its schemas. One file a kind of finding.

mod space;
