//! How does an isolate remember something of keys, without keeping them? By hashes that nobody outside can foresee.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher, Hasher};

use super::Tier;
use crate::time::Time;

/// What is remembered of keys, by their hashes.
pub(super) type Places<T> = HashMap<u64, T, BuildHasherDefault<Hashed>>;

/// Of a hash, no other is made.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = bytes.iter().fold(self.0, |hash, byte| hash.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// Notes a time; when there is no more room, all are forgotten.
pub(super) fn insert(times: &mut Places<Time>, place: u64, time: Time) {
    if times.len() >= MAX_RECENT {
        times.clear();
    }
    times.insert(place, time);
}

/// Where it is remembered that a tier has nothing under a key.
pub(super) fn absence(seed: u64, tier: Tier, key: &str) -> u64 {
    hash(hash(seed, tier.as_str()), key)
}

/// Of an isolate's own, by its seed.
pub(super) fn hash(seed: u64, key: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write_u64(seed);
    hasher.write(key.as_bytes());
    hasher.finish()
}

/// So many are remembered.
pub(super) const MAX_RECENT: usize = 4096;
