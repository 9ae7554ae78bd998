//! What do big bodies consist of, and how are two of them compared without keeping either?
//!
//! A body of any size is a function of the offset, so that nothing is stored, a part can be made anywhere (ranges), and
//! a byte that was lost, doubled or moved shows.

use std::io::Write;

/// The letters of a generated body that starts at `offset` in the whole one, `len` bytes of them.
#[must_use]
pub fn generated(offset: u64, len: usize) -> Vec<u8> {
    let skip = usize::try_from(offset % WORD).unwrap_or_default();
    let mut body = Vec::with_capacity(len + skip + 8);
    let mut word = offset / WORD;
    while body.len() < len + skip {
        body.extend_from_slice(&letters(word));
        word += 1;
    }
    body.drain(..skip);
    body.truncate(len);
    body
}

/// A running FNV-1a hash (64 bits): enough to see that a body is the same, and quick in a debug build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hash(u64);

impl Hash {
    /// The hash of nothing.
    #[must_use]
    pub const fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    /// Of everything so far and `bytes`.
    #[must_use]
    pub fn and(mut self, bytes: &[u8]) -> Self {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
        self
    }

    /// Sixteen hexadecimal digits.
    #[must_use]
    pub fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

/// The hash of a whole body, as `Seen::body_hash` and `/upload` give it.
#[must_use]
pub fn hash(bytes: &[u8]) -> String {
    Hash::new().and(bytes).hex()
}

/// Compressed with gzip.
#[must_use]
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// Compressed with Brotli.
#[must_use]
pub fn brotli(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut encoder = brotli::CompressorWriter::new(&mut out, 4096, 5, 20);
    let _ = encoder.write_all(bytes);
    drop(encoder);
    out
}

/// Eight letters `a`–`p`: harmless in text, HTML and JSON. The multiplier is that of Fibonacci hashing, and the second
/// round keeps neighbouring words from looking alike.
fn letters(word: u64) -> [u8; 8] {
    let mut mixed = (word + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    ((mixed & 0x0f0f_0f0f_0f0f_0f0f) + 0x6161_6161_6161_6161).to_le_bytes()
}

const WORD: u64 = 8;
