//! Which of the built-in looks?

/// A built-in theme, `PAGE_THEME`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Theme {
    /// Our own: a calm stage with a spotlight.
    #[default]
    Understudy,
    /// No decoration, the smallest page.
    Plain,
    /// Illustrated, with round shapes.
    Friendly,
    /// Monospaced, for sites of people who live in one.
    Terminal,
    /// Sober, with ruled sections.
    Corporate,
}

impl Theme {
    /// All of them, the default first.
    pub const ALL: [Self; 5] = [Self::Understudy, Self::Plain, Self::Friendly, Self::Terminal, Self::Corporate];

    /// From its name, in any case.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        let name = name.trim();
        Self::ALL.into_iter().find(|theme| theme.as_str().eq_ignore_ascii_case(name))
    }

    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Understudy => "understudy",
            Self::Plain => "plain",
            Self::Friendly => "friendly",
            Self::Terminal => "terminal",
            Self::Corporate => "corporate",
        }
    }
}
