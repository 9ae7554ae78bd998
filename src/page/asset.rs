//! What stands in the page as it is, and what is its hash?
//!
//! Style sheets and the script are written for people in `assets/`; while the Worker is compiled, comments and
//! indentation are taken out and the SHA-256 for the content security policy is computed, so that neither costs a visitor
//! anything and the hash can never be that of another text. The same function hashes at run time what depends on the
//! operator and the language: about a hundred bytes, one microsecond.
//!
//! Sources: FIPS 180-4, CSP Level 3 §2.3.1.

use crate::sha256::sha256;

/// A text of the page with its hash.
pub(super) struct Asset {
    pub text: &'static str,
    pub hash: Hash,
}

/// SHA-256 in Base64: the part of a CSP source between `'sha256-` and `'`.
pub(super) type Hash = [u8; 44];

/// Embeds a file of `assets/`.
macro_rules! asset {
    ($file:literal) => {{
        const SOURCE: &str = include_str!(concat!("assets/", $file));
        const LEN: usize = crate::page::asset::squeezed_len(SOURCE);
        const BYTES: [u8; LEN] = crate::page::asset::squeezed(SOURCE);
        const TEXT: &str = match str::from_utf8(&BYTES) {
            Ok(text) => text,
            Err(_) => "",
        };
        crate::page::asset::Asset { text: TEXT, hash: crate::page::asset::hash(BYTES.as_slice()) }
    }};
}
pub(super) use asset;

/// How long [`squeezed`] is.
pub(super) const fn squeezed_len(source: &str) -> usize {
    squeeze(source.as_bytes(), &mut [])
}

/// Without comments (`/* … */`, and `//` at the start of a line), indentation and empty lines.
pub(super) const fn squeezed<const N: usize>(source: &str) -> [u8; N] {
    let mut out = [0; N];
    squeeze(source.as_bytes(), &mut out);
    out
}

/// Writes as much as fits and tells how much there was.
#[allow(clippy::indexing_slicing, reason = "`get` is not const; every index is compared with its length first")]
const fn squeeze(source: &[u8], out: &mut [u8]) -> usize {
    let (mut at, mut len) = (0, 0);
    let mut is_line_start = true;
    while at < source.len() {
        let next = if at + 1 < source.len() { source[at + 1] } else { 0 };
        match (source[at], next) {
            (b'/', b'*') => {
                at += 2;
                while at + 1 < source.len() && !(source[at] == b'*' && source[at + 1] == b'/') {
                    at += 1;
                }
                at += 1;
            }
            (b'/', b'/') if is_line_start => {
                while at < source.len() && source[at] != b'\n' {
                    at += 1;
                }
            }
            (b' ' | b'\n', _) if is_line_start => {}
            (byte, _) => {
                if len < out.len() {
                    out[len] = byte;
                }
                len += 1;
                is_line_start = byte == b'\n';
            }
        }
        at += 1;
    }
    len
}

/// The hash of a text, in Base64.
pub(super) const fn hash(text: &[u8]) -> Hash {
    base64(sha256(text))
}

#[allow(clippy::indexing_slicing, reason = "six bits index 64 letters; fixed lengths")]
const fn base64(bytes: [u8; 32]) -> Hash {
    let mut out = [b'='; 44];
    let mut at = 0;
    while at < 43 {
        let bit = at * 6;
        let high = (bytes[bit / 8] as u16) << 8;
        let low = if bit / 8 + 1 < 32 { bytes[bit / 8 + 1] as u16 } else { 0 };
        out[at] = LETTERS[((high | low) >> (10 - bit % 8) & 63) as usize];
        at += 1;
    }
    out
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

#[cfg(test)]
mod tests {
    use super::*;

    // FIPS 180-4 examples; the lengths around a block's end are compared with another implementation in tests/.
    #[test]
    fn hashes_as_the_standard_says() {
        for (text, expected) in [
            ("", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
            ("abc", "ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0="),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                "JI1qYdIGOLjlwCaTDD5gOaM85Flk/yFn9uzt1BnbBsE=",
            ),
        ] {
            assert_eq!(str::from_utf8(&hash(text.as_bytes())), Ok(expected), "{text}");
        }
    }

    #[test]
    fn takes_out_what_only_people_need() {
        const SOURCE: &str = "/* a */\n  b { c: d; } /* e */\n\n// f\n  'g://h';\n";
        const LEN: usize = squeezed_len(SOURCE);
        assert_eq!(squeezed::<LEN>(SOURCE).as_slice(), b"b { c: d; } \n'g://h';\n");
    }
}
