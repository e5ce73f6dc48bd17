//! The macros as plain functions: what they write, and what they say when something is wrong.

mod book;
mod compiler;
mod expansions;
mod messages;
mod partial;
mod siblings;
