//! How do a long URL or a personal header value get into a key without being readable or forgeable there?
//!
//! By SHA-256 (FIPS 180-4). A short non-cryptographic hash was rejected: whoever finds two inputs with one hash could
//! put their own page in place of somebody else's.

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

/// In words, as the standard writes it.
fn sha256(message: Vec<u8>) -> [u32; 8] {
    let bytes = crate::sha256::sha256(&message);
    let (words, _) = bytes.as_chunks::<4>();
    std::array::from_fn(|i| words.get(i).map_or(0, |word| u32::from_be_bytes(*word)))
}

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
