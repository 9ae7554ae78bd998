//! Which of the built-in looks?

use super::asset::{Asset, asset};
use super::color::Color;

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

    /// Its style sheets.
    pub(super) const fn styles(self) -> [Option<&'static Asset>; 2] {
        match self {
            Self::Understudy => [Some(&BASE), Some(&UNDERSTUDY)],
            Self::Plain => [None, Some(&PLAIN)],
            Self::Friendly => [Some(&BASE), Some(&FRIENDLY)],
            Self::Terminal => [Some(&BASE), Some(&TERMINAL)],
            Self::Corporate => [Some(&BASE), Some(&CORPORATE)],
        }
    }

    /// The darkest light ground and the lightest dark ground that its accent colour stands on or behind.
    pub(super) const fn grounds(self) -> (Color, Color) {
        match self {
            Self::Understudy => (Color::rgb(0xf6, 0xf3, 0xec), Color::rgb(0x1f, 0x22, 0x2b)),
            // The browser's own; of the dark ones Safari's is the lightest.
            Self::Plain => (Color::rgb(0xff, 0xff, 0xff), Color::rgb(0x1e, 0x1e, 0x1e)),
            Self::Friendly => (Color::rgb(0xee, 0xf4, 0xf0), Color::rgb(0x1e, 0x29, 0x2a)),
            Self::Terminal => (Color::rgb(0xf4, 0xf4, 0xee), Color::rgb(0x14, 0x18, 0x16)),
            Self::Corporate => (Color::rgb(0xf3, 0xf5, 0xf8), Color::rgb(0x1e, 0x23, 0x2c)),
        }
    }
}

static BASE: Asset = asset!("base.css");
static UNDERSTUDY: Asset = asset!("understudy.css");
static PLAIN: Asset = asset!("plain.css");
static FRIENDLY: Asset = asset!("friendly.css");
static TERMINAL: Asset = asset!("terminal.css");
static CORPORATE: Asset = asset!("corporate.css");
