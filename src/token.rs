//! Is this the right token?

/// Compares in a time that depends on the length of what was presented and on nothing else: every byte of it is looked
/// at, and neither the place of the first difference nor the length of the secret shows.
#[must_use]
pub fn equal(presented: &str, secret: &str) -> bool {
    let (presented, secret) = (presented.as_bytes(), secret.as_bytes());
    let mut difference = u8::from(presented.len() != secret.len());
    let mut wanted = secret.iter().cycle();
    for byte in presented {
        difference |= byte ^ wanted.next().copied().unwrap_or(!byte);
    }
    // Without the fence the compiler may leave the loop early, since only "zero or not" matters.
    std::hint::black_box(difference) == 0 && !secret.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_whole_token_only() {
        for (presented, secret, expected) in [
            ("secret", "secret", true),
            ("secre", "secret", false),
            ("secretsecret", "secret", false),
            ("Secret", "secret", false),
            ("", "secret", false),
            ("", "", false),
            ("x", "", false),
        ] {
            assert_eq!(equal(presented, secret), expected, "{presented} {secret}");
        }
    }
}
