//! Who stands between visitors and origin?

/// What handles the visitors' requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Strategy {
    /// Nothing.
    None,
    /// What is written in an afternoon: three tries at once, ten seconds each.
    Naive,
    /// `proxy_next_upstream`: one more try at once, sixty seconds each. Its only upstream is never marked down.
    Nginx,
    /// The real flow.
    Understudy,
    /// The same for visitors who do not wait as long as the default allows.
    Brisk,
    /// And its isolates share what they know: `INCIDENTS`.
    Shared,
}

/// In the order of the tables.
pub const ALL: [Strategy; 6] =
    [Strategy::None, Strategy::Naive, Strategy::Nginx, Strategy::Understudy, Strategy::Brisk, Strategy::Shared];

impl Strategy {
    /// Is it ours?
    pub const fn is_real(self) -> bool {
        matches!(self, Self::Understudy | Self::Brisk | Self::Shared)
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "no handler",
            Self::Naive => "three tries",
            Self::Nginx => "like nginx",
            Self::Understudy => "Understudy",
            Self::Brisk => "Understudy, `TIMEOUT=3s`",
            Self::Shared => "Understudy, `INCIDENTS`",
        }
    }

    /// What is set otherwise than by default.
    pub fn var(self, name: &str) -> Option<&'static str> {
        (self == Self::Brisk && name == "TIMEOUT").then_some("3s")
    }

    /// Attempts, and the milliseconds of each; Understudy decides for itself.
    pub const fn tries(self) -> (u32, u64) {
        match self {
            // Cloudflare's own limit.
            Self::None | Self::Understudy | Self::Brisk | Self::Shared => (1, 100_000),
            Self::Naive => (3, 10_000),
            Self::Nginx => (2, 60_000),
        }
    }
}
