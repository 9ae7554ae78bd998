//! How is a list sorted? By a heap.
//!
//! `slice::sort` is three algorithms in one, and all of them anew for each type: 10 KB of the Wasm for lists of a dozen
//! names.

use std::collections::BinaryHeap;

/// In ascending order.
#[must_use]
pub fn sorted<T: Ord>(items: Vec<T>) -> Vec<T> {
    BinaryHeap::from(items).into_sorted_vec()
}
