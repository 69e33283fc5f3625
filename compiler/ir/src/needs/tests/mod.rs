//! Every tier against brute force on small domains: every state of knowledge, every fact.

mod agree;
mod brute;
mod build;
mod cases;
mod meeting;
mod random;
mod sound;
