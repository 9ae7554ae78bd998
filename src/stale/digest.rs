//! How do a long URL or a personal header value get into a key without being readable or forgeable there?
//!
//! By SHA-256 (FIPS 180-4). A short non-cryptographic hash was rejected: whoever finds two inputs with one hash could
//! put their own page in place of somebody else's. A crate was rejected for its weight.

/// The first 160 bits of the SHA-256 of `parts`, in 40 hexadecimal digits. Each part is preceded by its length, so that
/// no two lists of parts are the same input.
pub fn hex(parts: &[&str]) -> String {
    digest(parts).iter().take(5).map(|word| format!("{word:08x}")).collect()
}

/// Is it what [`hex`] gives?
pub fn is_hex(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

/// The first 64 bits, for comparing the origin's own validators with each other.
pub fn short(parts: &[&str]) -> u64 {
    let [a, b, ..] = digest(parts);
    u64::from(a) << 32 | u64::from(b)
}

fn digest(parts: &[&str]) -> [u32; 8] {
    let mut message = Vec::new();
    for part in parts {
        message.extend_from_slice(&(part.len() as u64).to_be_bytes());
        message.extend_from_slice(part.as_bytes());
    }
    sha256(message)
}

fn sha256(mut message: Vec<u8>) -> [u32; 8] {
    let bits = (message.len() as u64).wrapping_mul(8);
    message.push(0x80);
    while message.len() % 64 != 56 {
        message.push(0);
    }
    message.extend_from_slice(&bits.to_be_bytes());

    message.chunks_exact(64).fold(INITIAL, |mut state, block| {
        let mixed = compress(state, block);
        state.iter_mut().zip(mixed).for_each(|(s, m)| *s = s.wrapping_add(m));
        state
    })
}

fn compress(state: [u32; 8], block: &[u8]) -> [u32; 8] {
    // A ring of the last sixteen words of the message schedule, newest last.
    let mut ring = [0_u32; 16];
    for (word, bytes) in ring.iter_mut().zip(block.chunks_exact(4)) {
        *word = bytes.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
    for k in K {
        let [w, w1, _, _, _, _, _, _, _, w9, _, _, _, _, w14, _] = ring;
        let big1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
        let t1 = h.wrapping_add(big1).wrapping_add((e & f) ^ (!e & g)).wrapping_add(k).wrapping_add(w);
        let big0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
        let t2 = big0.wrapping_add((a & b) ^ (a & c) ^ (b & c));
        (h, g, f, e, d, c, b, a) = (g, f, e, d.wrapping_add(t1), c, b, a, t1.wrapping_add(t2));

        let small0 = w1.rotate_right(7) ^ w1.rotate_right(18) ^ (w1 >> 3);
        let small1 = w14.rotate_right(17) ^ w14.rotate_right(19) ^ (w14 >> 10);
        ring.rotate_left(1);
        if let Some(last) = ring.last_mut() {
            *last = w.wrapping_add(small0).wrapping_add(w9).wrapping_add(small1);
        }
    }
    [a, b, c, d, e, f, g, h]
}

const INITIAL: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

#[rustfmt::skip]
const K: [u32; 64] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_sha_256() {
        // FIPS 180-4 examples: one block, two blocks, none.
        let cases: [(&str, u32); 3] = [
            ("abc", 0xba7816bf),
            ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 0x248d6a61),
            ("", 0xe3b0c442),
        ];
        for (text, first) in cases {
            assert_eq!(sha256(text.as_bytes().to_vec())[0], first, "{text}");
        }
        assert_eq!(sha256(vec![b'a'; 1_000_000])[7], 0xc7112cd0);
    }

    #[test]
    fn tells_apart_where_one_part_ends_and_the_next_begins() {
        assert_ne!(hex(&["ab", "c"]), hex(&["a", "bc"]));
        assert_ne!(hex(&["a"]), hex(&["a", ""]));
        assert_eq!(hex(&["a"]).len(), 40);
    }
}
