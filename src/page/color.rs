//! Which colour does the operator mean, and can it be read?
//!
//! Parses the CSS notations that people write into variables and corrects a colour that would be unreadable.
//! Sources: CSS Color 4 (`#rgb`, `rgb()`, `hsl()`, basic names), WCAG 2.2 §1.4.3 (contrast).

/// An opaque sRGB colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Color {
    red: u8,
    green: u8,
    blue: u8,
}

impl Color {
    /// From its channels.
    #[must_use]
    pub const fn rgb(red: u8, green: u8, blue: u8) -> Self {
        Self { red, green, blue }
    }

    /// From CSS: `#rgb`, `#rrggbb`, `rgb(…)`, `hsl(…)` (with commas or blanks) or one of the basic names. How transparent it is,
    /// in whichever notation, does not matter: what is to be read has to be opaque.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > MAX_TEXT {
            return None;
        }
        let text = text.to_ascii_lowercase();
        if let Some(digits) = text.strip_prefix('#') {
            return hex(digits);
        }
        if let Some((function, arguments)) = text.strip_suffix(')').and_then(|t| t.split_once('(')) {
            return match function {
                "rgb" | "rgba" => rgb(arguments),
                "hsl" | "hsla" => hsl(arguments),
                _ => None,
            };
        }
        NAMES.iter().find(|(name, _)| *name == text).map(|&(_, color)| color)
    }

    /// As `#rrggbb`.
    #[must_use]
    pub fn css(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// The nearest colour with at least `ratio` contrast against `ground`: mixed with black or white, whichever leads
    /// away from the ground, in steps too small to see.
    pub(super) fn readable_on(self, ground: Self, ratio: f32) -> Self {
        let toward = if ground.luminance() > MIDDLE { Self::rgb(0, 0, 0) } else { Self::rgb(255, 255, 255) };
        (0..=STEPS).map(|step| self.mixed(toward, step)).find(|c| c.contrast(ground) >= ratio).unwrap_or(toward)
    }

    /// WCAG's contrast ratio, 1–21.
    pub(super) fn contrast(self, other: Self) -> f32 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    fn mixed(self, other: Self, step: u16) -> Self {
        let mix = |a: u8, b: u8| {
            let sum = u16::from(a) * (STEPS - step) + u16::from(b) * step;
            u8::try_from(sum / STEPS).unwrap_or(u8::MAX)
        };
        Self::rgb(mix(self.red, other.red), mix(self.green, other.green), mix(self.blue, other.blue))
    }

    fn luminance(self) -> f32 {
        let linear = |channel: u8| {
            let c = f32::from(channel) / 255.0;
            if c <= 0.040_45 { c / 12.92 } else { srgb(c) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }
}

/// The sRGB curve `((c + 0.055) / 1.055)^2.4` as `x² · x^0.4`, the root by Newton's method: no `powf` in the Wasm.
fn srgb(c: f32) -> f32 {
    let x = (c + 0.055) / 1.055;
    let square = x * x;
    // x^0.4 is the fifth root of x²; from above the way to it is short for dark channels too.
    let mut root = 1.0;
    for _ in 0..12 {
        let fourth = root * root * root * root;
        root = 0.8 * root + 0.2 * square / fourth;
    }
    square * root
}

fn hex(digits: &str) -> Option<Color> {
    if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, red, green, blue] = value.to_be_bytes();
    match digits.len() {
        8 => hex(digits.get(..6)?),
        6 => Some(Color::rgb(red, green, blue)),
        4 => hex(digits.get(..3)?),
        3 => {
            let double = |shift: u32| u8::try_from((value >> shift & 15) * 17).unwrap_or_default();
            Some(Color::rgb(double(8), double(4), double(0)))
        }
        _ => None,
    }
}

fn rgb(arguments: &str) -> Option<Color> {
    let [red, green, blue] = three(arguments)?;
    let channel = |text: &str| match text.strip_suffix('%') {
        Some(percent) => Some(decimal(percent)? * 2.55),
        None => decimal(text),
    };
    Some(Color::rgb(byte(channel(red)?), byte(channel(green)?), byte(channel(blue)?)))
}

fn hsl(arguments: &str) -> Option<Color> {
    let [hue, saturation, lightness] = three(arguments)?;
    let hue = decimal(hue.strip_suffix("deg").unwrap_or(hue))?;
    let percent = |text: &str| {
        let value = decimal(text.strip_suffix('%').unwrap_or(text))?;
        Some(value.clamp(0.0, 100.0) / 100.0)
    };
    let (s, l) = (percent(saturation)?, percent(lightness)?);
    let a = s * l.min(1.0 - l);
    let channel = |n: f32| {
        let k = (n + hue.rem_euclid(360.0) / 30.0) % 12.0;
        byte(255.0 * (l - a * (k - 3.0).min(9.0 - k).clamp(-1.0, 1.0)))
    };
    Some(Color::rgb(channel(0.0), channel(8.0), channel(4.0)))
}

/// A number without an exponent. Not `f32::from_str`: its tables are 10 KB of the Wasm, and cannot be compressed.
fn decimal(text: &str) -> Option<f32> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1.0, digits),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let number = |digits: &str| {
        let digit = |b: u8| b.is_ascii_digit().then(|| f32::from(b - b'0'));
        digits.bytes().try_fold(0.0, |number: f32, b| Some(number * 10.0 + digit(b)?))
    };
    let value = number(whole)? + number(fraction)? / fraction.bytes().fold(1.0, |scale: f32, _| scale * 10.0);
    Some(sign * value).filter(|value| value.is_finite() && digits != "." && !digits.is_empty())
}

fn three(arguments: &str) -> Option<[&str; 3]> {
    let mut parts = arguments.split([',', ' ', '/']).filter(|part| !part.is_empty());
    let three = [parts.next()?, parts.next()?, parts.next()?];
    let is_opacity = |part: &str| decimal(part.strip_suffix('%').unwrap_or(part)).is_some();
    (parts.next().is_none_or(is_opacity) && parts.next().is_none()).then_some(three)
}

/// NaN becomes 0 and the rest is clamped, as `as` does for floats.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn byte(value: f32) -> u8 {
    (value + 0.5) as u8
}

const MAX_TEXT: usize = 64;
const STEPS: u16 = 64;
/// The luminance that black and white contrast with alike.
const MIDDLE: f32 = 0.179;

const NAMES: [(&str, Color); 19] = [
    ("black", Color::rgb(0, 0, 0)),
    ("silver", Color::rgb(192, 192, 192)),
    ("gray", Color::rgb(128, 128, 128)),
    ("grey", Color::rgb(128, 128, 128)),
    ("white", Color::rgb(255, 255, 255)),
    ("maroon", Color::rgb(128, 0, 0)),
    ("red", Color::rgb(255, 0, 0)),
    ("purple", Color::rgb(128, 0, 128)),
    ("fuchsia", Color::rgb(255, 0, 255)),
    ("green", Color::rgb(0, 128, 0)),
    ("lime", Color::rgb(0, 255, 0)),
    ("olive", Color::rgb(128, 128, 0)),
    ("yellow", Color::rgb(255, 255, 0)),
    ("navy", Color::rgb(0, 0, 128)),
    ("blue", Color::rgb(0, 0, 255)),
    ("teal", Color::rgb(0, 128, 128)),
    ("aqua", Color::rgb(0, 255, 255)),
    ("orange", Color::rgb(255, 165, 0)),
    ("rebeccapurple", Color::rgb(102, 51, 153)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, expected) in [
            ("#09f", Some("#0099ff")),
            (" #0A84ff ", Some("#0a84ff")),
            ("rgb(10, 132, 255)", Some("#0a84ff")),
            ("rgb(10 132 255)", Some("#0a84ff")),
            ("rgb(100%, 0%, 50%)", Some("#ff0080")),
            ("hsl(0, 100%, 50%)", Some("#ff0000")),
            ("hsl(210deg 100% 50%)", Some("#0080ff")),
            ("hsl(-120, 100%, 25%)", Some("#000080")),
            ("#09f8", Some("#0099ff")),
            ("#0a84ff80", Some("#0a84ff")),
            ("rgba(10, 132, 255, .5)", Some("#0a84ff")),
            ("rgb(10 132 255 / 50%)", Some("#0a84ff")),
            ("hsla(0, 100%, 50%, 1)", Some("#ff0000")),
            ("rgb(1, 2, 3, 4, 5)", None),
            ("rgb(1 2 3 / x)", None),
            ("#12345", None),
            ("rgb(+10.4 .5 12.6)", Some("#0a010d")),
            ("rgb(50.5%, 99999, -3)", Some("#81ff00")),
            ("rgb(1e2, 0, 0)", None),
            ("rgb(1.2.3, 0, 0)", None),
            ("rgb(nan, inf, -)", None),
            ("Teal", Some("#008080")),
            ("#12345", None),
            ("#+12", None),
            ("#", None),
            ("rgb(1,2)", None),
            ("rgb(1,2,3,4)", Some("#010203")),
            ("rgb(", None),
            ("red;}body{display:none", None),
            ("url(https://example.com)", None),
            ("", None),
        ] {
            assert_eq!(Color::parse(text).map(Color::css).as_deref(), expected, "{text}");
        }
    }

    // WCAG 2.2 §1.4.3: white on black is 21:1; #767676 is the lightest grey with 4.5:1 on white.
    #[test]
    fn measures_contrast_as_wcag_does() {
        let white = Color::rgb(255, 255, 255);
        assert!((white.contrast(Color::rgb(0, 0, 0)) - 21.0).abs() < 0.01);
        assert!(white.contrast(Color::rgb(0x76, 0x76, 0x76)) >= 4.5);
        assert!(white.contrast(Color::rgb(0x77, 0x77, 0x77)) < 4.5);
        assert!((white.contrast(Color::rgb(255, 0, 0)) - 3.998).abs() < 0.01);
    }

    #[test]
    fn measures_dark_colours_as_well_as_bright_ones() {
        for grey in 0..=u8::MAX {
            let channel = f64::from(grey) / 255.0;
            let exact = if channel <= 0.040_45 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) };
            let measured = f64::from(Color::rgb(grey, grey, grey).luminance());
            assert!((measured - exact).abs() < 1e-5, "{grey}: {measured} is not {exact}");
        }
    }

    #[test]
    fn corrects_only_what_cannot_be_read() {
        let (white, black) = (Color::rgb(255, 255, 255), Color::rgb(18, 18, 20));
        for (_, color) in NAMES {
            for ground in [white, black] {
                let corrected = color.readable_on(ground, 4.5);
                assert!(corrected.contrast(ground) >= 4.5, "{color:?} on {ground:?}");
                assert!(color.contrast(ground) < 4.5 || corrected == color);
            }
        }
    }
}
