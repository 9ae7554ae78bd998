//! Can everybody read it? Text colours of every theme against its grounds, and any accent that an operator may choose.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod page_support;

use std::collections::BTreeMap;
use std::path::Path;

use page_support::{BROWSER, incident, page};
use understudy::failure::Explanation;
use understudy::page::{Color, Params, Theme};

type Palette = BTreeMap<String, [f64; 3]>;

/// The colours of a theme in light and in dark.
fn palettes(theme: Theme) -> [Palette; 2] {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("src/page/assets/{}.css", theme.as_str()));
    let css = std::fs::read_to_string(path).unwrap();
    let (light, dark) = css.split_once("prefers-color-scheme: dark").expect("every theme has a dark side");
    [light, dark].map(|part| {
        let colours = part.split("--").skip(1).filter_map(|declaration| {
            let (name, value) = declaration.split_once(": #")?;
            Some((name.to_owned(), rgb(value.split(';').next()?)?))
        });
        colours.collect()
    })
}

fn rgb(hex: &str) -> Option<[f64; 3]> {
    let hex: String = if hex.len() == 3 { hex.chars().flat_map(|c| [c, c]).collect() } else { hex.to_owned() };
    let value = u32::from_str_radix(&hex, 16).ok()?;
    Some([16, 8, 0].map(|shift| f64::from(value >> shift & 255) / 255.0))
}

/// WCAG 2.2, "contrast ratio".
fn contrast(a: [f64; 3], b: [f64; 3]) -> f64 {
    let luminance = |colour: [f64; 3]| {
        let linear = colour.map(|c| if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    };
    let (a, b) = (luminance(a), luminance(b));
    a.max(b) / a.min(b)
}

/// The plain theme has the colours of the browser.
fn coloured() -> impl Iterator<Item = Theme> {
    Theme::ALL.into_iter().filter(|&theme| theme != Theme::Plain)
}

#[test]
fn text_has_contrast_in_light_and_dark() {
    for theme in coloured() {
        for palette in palettes(theme) {
            for ground in ["ground", "card"] {
                for text in ["ink", "soft", "accent", "alert"] {
                    let ratio = contrast(palette[text], palette[ground]);
                    assert!(ratio >= 4.5, "{theme:?}: {text} on {ground} {ratio:.2}");
                }
                // Lines that mean something (WCAG 2.2 §1.4.11).
                assert!(contrast(palette["good"], palette[ground]) >= 3.0, "{theme:?}: good on {ground}");
            }
        }
    }
}

#[test]
fn any_accent_is_made_readable_on_every_ground() {
    for theme in coloured() {
        let palettes = palettes(theme);
        for colour in colours() {
            for (accent, palette) in accents(theme, &colour).into_iter().zip(&palettes) {
                for ground in ["ground", "card"] {
                    let ratio = contrast(accent, palette[ground]);
                    assert!(ratio >= 4.5, "{theme:?}: {colour} on {ground} {ratio:.2}");
                }
            }
        }
    }
}

/// The plain theme stands on the browser's own ground (`Canvas`), and only its links have the accent. In the dark the
/// ground is another in every browser: Chromium's, Firefox's, Safari's.
#[test]
fn any_accent_is_readable_on_the_grounds_of_browsers() {
    let css = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/page/assets/plain.css")).unwrap();
    assert!(css.contains("background: Canvas; color: CanvasText;") && css.matches("--accent").count() == 1, "{css}");
    assert!(css.contains("a { color: var(--accent, LinkText); }"), "{css}");
    let grounds = [&["ffffff"][..], &["121212", "1c1b22", "1e1e1e"]];
    for colour in colours() {
        for (accent, grounds) in accents(Theme::Plain, &colour).into_iter().zip(grounds) {
            for ground in grounds {
                let ratio = contrast(accent, rgb(ground).unwrap());
                assert!(ratio >= 4.5, "{colour} on #{ground} {ratio:.2}");
            }
        }
    }
}

/// From all parts of the cube of colours, and some that operators have.
fn colours() -> impl Iterator<Item = String> {
    const STEPS: [char; 6] = ['0', '3', '6', '9', 'c', 'f'];
    let cube = STEPS.into_iter().flat_map(|r| STEPS.map(|g| STEPS.map(|b| format!("#{r}{g}{b}")))).flatten();
    cube.chain(["#e4007f", "#808080", "#0a84ff", "#123456"].map(str::to_owned))
}

/// What a page makes of an operator's colour, in light and in dark.
fn accents(theme: Theme, colour: &str) -> [[f64; 3]; 2] {
    let params = Params { theme, accent: Color::parse(colour), ..Params::default() };
    let body = page(&params, &incident(Explanation::Dns), "GET", BROWSER).body;
    let own = body.rsplit("<style>").next().unwrap();
    let accents: Vec<[f64; 3]> = own.split("--accent:#").skip(1).map(|part| rgb(&part[..6]).unwrap()).collect();
    accents.try_into().expect("two")
}
