//! Which plural form goes with this number?
//!
//! Cardinal rules of the Unicode CLDR for whole numbers, one a family of languages.

/// A rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plural {
    /// One form for all.
    Same,
    /// 1, and the rest.
    One,
    /// 0 and 1, and the rest.
    ZeroOne,
    /// Hebrew.
    Two,
    /// Czech, Slovak.
    Czech,
    /// Romanian.
    Romanian,
    /// Lithuanian.
    Lithuanian,
    /// Latvian.
    Latvian,
    /// Polish.
    Polish,
    /// Russian, Ukrainian.
    Russian,
    /// Arabic.
    Arabic,
}

impl Plural {
    /// The names of the categories, in the order of the forms in a locale file.
    pub(super) const fn categories(self) -> &'static [&'static str] {
        match self {
            Self::Same => &["other"],
            Self::One | Self::ZeroOne => &["one", "other"],
            Self::Two => &["one", "two", "other"],
            Self::Czech | Self::Romanian | Self::Lithuanian => &["one", "few", "other"],
            Self::Latvian => &["zero", "one", "other"],
            Self::Polish | Self::Russian => &["one", "few", "many"],
            Self::Arabic => &["zero", "one", "two", "few", "many", "other"],
        }
    }

    /// Which of [`Self::categories`] goes with `n`?
    pub(super) const fn index(self, n: u64) -> usize {
        let (unit, tens) = (n % 10, n % 100);
        let is_teen = tens >= 11 && tens <= 19;
        let is_few = unit >= 2 && unit <= 4 && !(tens >= 12 && tens <= 14);
        match self {
            Self::Same => 0,
            Self::One => (n != 1) as usize,
            Self::ZeroOne => (n > 1) as usize,
            Self::Two => match n {
                1 => 0,
                2 => 1,
                _ => 2,
            },
            Self::Czech => match n {
                1 => 0,
                2..=4 => 1,
                _ => 2,
            },
            Self::Romanian => match n {
                1 => 0,
                0 => 1,
                _ if tens >= 1 && tens <= 19 => 1,
                _ => 2,
            },
            Self::Lithuanian if is_teen || unit == 0 => 2,
            Self::Lithuanian => (unit != 1) as usize,
            Self::Latvian if is_teen || unit == 0 => 0,
            Self::Latvian => 1 + (unit != 1) as usize,
            Self::Polish if n == 1 => 0,
            Self::Russian if unit == 1 && tens != 11 => 0,
            Self::Polish | Self::Russian => 2 - is_few as usize,
            Self::Arabic => match (n, tens) {
                (0..=2, _) => n as usize,
                (_, 3..=10) => 3,
                (_, 11..=99) => 4,
                _ => 5,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // CLDR 47, supplemental/plurals.xml: the integer samples of each rule.
    #[test]
    fn agrees_with_the_samples_of_cldr() {
        for (plural, samples) in [
            (Plural::Same, &[(0, "other"), (1, "other"), (21, "other")][..]),
            (Plural::One, &[(0, "other"), (1, "one"), (2, "other"), (21, "other"), (101, "other")]),
            (Plural::ZeroOne, &[(0, "one"), (1, "one"), (2, "other"), (100, "other")]),
            (Plural::Two, &[(0, "other"), (1, "one"), (2, "two"), (3, "other"), (22, "other")]),
            (Plural::Czech, &[(0, "other"), (1, "one"), (2, "few"), (4, "few"), (5, "other"), (22, "other")]),
            (
                Plural::Romanian,
                &[(0, "few"), (1, "one"), (2, "few"), (19, "few"), (20, "other"), (101, "few"), (120, "other")],
            ),
            (
                Plural::Lithuanian,
                &[
                    (0, "other"),
                    (1, "one"),
                    (2, "few"),
                    (9, "few"),
                    (10, "other"),
                    (11, "other"),
                    (19, "other"),
                    (20, "other"),
                    (21, "one"),
                    (29, "few"),
                    (111, "other"),
                ],
            ),
            (
                Plural::Latvian,
                &[
                    (0, "zero"),
                    (1, "one"),
                    (2, "other"),
                    (10, "zero"),
                    (11, "zero"),
                    (19, "zero"),
                    (21, "one"),
                    (29, "other"),
                    (111, "zero"),
                ],
            ),
            (
                Plural::Polish,
                &[
                    (0, "many"),
                    (1, "one"),
                    (2, "few"),
                    (5, "many"),
                    (12, "many"),
                    (21, "many"),
                    (22, "few"),
                    (112, "many"),
                    (122, "few"),
                ],
            ),
            (
                Plural::Russian,
                &[
                    (0, "many"),
                    (1, "one"),
                    (2, "few"),
                    (5, "many"),
                    (11, "many"),
                    (12, "many"),
                    (21, "one"),
                    (22, "few"),
                    (111, "many"),
                    (121, "one"),
                ],
            ),
            (
                Plural::Arabic,
                &[
                    (0, "zero"),
                    (1, "one"),
                    (2, "two"),
                    (3, "few"),
                    (10, "few"),
                    (11, "many"),
                    (99, "many"),
                    (100, "other"),
                    (102, "other"),
                    (103, "few"),
                    (111, "many"),
                ],
            ),
        ] {
            for &(n, expected) in samples {
                assert_eq!(plural.categories()[plural.index(n)], expected, "{plural:?} {n}");
            }
        }
    }
}
