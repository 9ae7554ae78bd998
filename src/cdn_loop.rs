//! Has this request been here before? `CDN-Loop` (RFC 8586): every pass through a CDN leaves a mark, a second sight of
//! our own means a circle (RFC 9110 §7.3).

use std::hash::Hasher;

/// The mark of this deployment. Two deployments that differ in `ORIGIN` or `DEPLOYMENT` may stand one behind the other;
/// a request that comes back to the *same* settings runs in a circle, under whatever host it arrives.
#[must_use]
pub fn mark(origin: &str, deployment: Option<&str>) -> String {
    let mut hasher = Fnv::default();
    hasher.write(origin.as_bytes());
    hasher.write(&[0]);
    hasher.write(deployment.unwrap_or_default().as_bytes());
    format!("understudy-{:016x}", hasher.finish())
}

/// Is our mark among the members of `field`?
#[must_use]
pub fn seen(field: Option<&str>, mark: &str) -> bool {
    let name = |member: &str| member.split(';').next().unwrap_or_default().trim().to_owned();
    field.is_some_and(|f| f.split(',').any(|member| name(member).eq_ignore_ascii_case(mark)))
}

/// The field with our mark behind what was there.
#[must_use]
pub fn append(field: Option<&str>, mark: &str) -> String {
    match field.map(str::trim).filter(|f| !f.is_empty()) {
        Some(before) => [before, ", ", mark].concat(),
        None => mark.to_owned(),
    }
}

/// FNV-1a, 64 bits: the same on every machine and in every version, which `DefaultHasher` does not promise.
#[derive(Debug, Clone)]
pub struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_its_own_mark_only() {
        let ours = mark("http://a", None);
        assert!(!seen(None, &ours));
        assert!(!seen(Some("cloudflare, other; x=1"), &ours));
        assert!(!seen(Some(&mark("http://b", None)), &ours));
        assert!(!seen(Some(&mark("http://a", Some("blue"))), &ours));
        let passed = append(Some("cloudflare; loops=1"), &ours);
        assert!(seen(Some(&passed), &ours));
        assert!(seen(Some(&append(Some(&(ours.clone() + " ; x=y")), "z")), &ours));
        assert_eq!(append(Some(" "), &ours), ours);
    }
}
