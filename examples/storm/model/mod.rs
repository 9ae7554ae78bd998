//! What is in the model? An origin, visitors, isolates between them, and the time, which is a number.
//!
//! Understudy's part is the real one: [`understudy::flow::Flow`] with its real breakers and budgets. Everything else is
//! made as simple as it can be without being kinder to us than to the others. Nothing here reads a clock, and all chance
//! comes from a seed.

mod event;
pub mod origin;
pub mod script;
pub mod sim;
pub mod strategy;
pub mod tally;
mod understudies;
