//! What in the style depends on the operator and on the language?
//!
//! The accent colour, corrected for contrast, and the typefaces of the script. It is a style sheet of its own, hashed when
//! the page is made: about two microseconds, and the policy stays free of `unsafe-inline`.

use super::escape::add;
use super::facts::View;

/// The style sheet; empty for most pages in Latin letters.
pub(super) fn own(view: &View) -> String {
    let mut out = String::from(view.language.entry().script.style());
    if let Some(accent) = view.params.accent {
        let (light, dark) = view.params.theme.grounds();
        let (light, dark) = (accent.readable_on(light, CONTRAST).css(), accent.readable_on(dark, CONTRAST).css());
        add(&mut out, &[":root{--accent:", &light, "}@media(prefers-color-scheme:dark){:root{--accent:", &dark, "}}"]);
    }
    out
}

/// A script, as far as typefaces go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Latin, Greek, Cyrillic: what the style sheets name.
    Latin,
    /// Latin letters, some of which (ế ở ệ) the serifs of the headlines lack.
    Vietnamese,
    Arabic,
    /// Arabic letters in the hanging style that readers of Urdu expect; it needs tall lines.
    Nastaliq,
    Hebrew,
    Devanagari,
    Bengali,
    Thai,
    Japanese,
    Korean,
    /// Simplified Chinese.
    Hans,
    /// Traditional Chinese.
    Hant,
}

impl Script {
    /// Typefaces of Apple, Windows and Linux/Android, height of lines; headlines in the same face, as a fallback to some
    /// other serif would look strange.
    const fn style(self) -> &'static str {
        match self {
            Self::Latin => "",
            Self::Vietnamese => ":root{--head:var(--font)}",
            Self::Arabic => {
                r#":root{--font:system-ui,"SF Arabic","Segoe UI","Noto Sans Arabic",Tahoma,sans-serif;--head:var(--font);--high:1.75}"#
            }
            Self::Nastaliq => {
                r#":root{--font:"Noto Nastaliq Urdu","Urdu Typesetting","Jameel Noori Nastaleeq",system-ui,sans-serif;--head:var(--font);--high:2.1}h1,h2,.way b,.way span{line-height:1.9}"#
            }
            Self::Hebrew => {
                r#":root{--font:system-ui,"SF Hebrew","Segoe UI","Noto Sans Hebrew",Arial,sans-serif;--head:var(--font)}"#
            }
            Self::Devanagari => {
                r#":root{--font:system-ui,"Kohinoor Devanagari","Nirmala UI","Noto Sans Devanagari",sans-serif;--head:var(--font);--high:1.75}h1,h2{line-height:1.4}"#
            }
            Self::Bengali => {
                r#":root{--font:system-ui,"Kohinoor Bangla","Nirmala UI","Noto Sans Bengali",sans-serif;--head:var(--font);--high:1.75}h1,h2{line-height:1.4}"#
            }
            Self::Thai => {
                r#":root{--font:system-ui,Thonburi,"Leelawadee UI","Noto Sans Thai",sans-serif;--head:var(--font);--high:1.75}h1,h2{line-height:1.45}"#
            }
            Self::Japanese => {
                r#":root{--font:system-ui,"Hiragino Sans","Yu Gothic UI",Meiryo,"Noto Sans CJK JP","Noto Sans JP",sans-serif;--head:var(--font);--high:1.75}"#
            }
            Self::Korean => {
                r#":root{--font:system-ui,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans CJK KR","Noto Sans KR",sans-serif;--head:var(--font);--high:1.7}body{word-break:keep-all}"#
            }
            Self::Hans => {
                r#":root{--font:system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC",sans-serif;--head:var(--font);--high:1.75}"#
            }
            Self::Hant => {
                r#":root{--font:system-ui,"PingFang TC","Microsoft JhengHei","Noto Sans CJK TC","Noto Sans TC",sans-serif;--head:var(--font);--high:1.75}"#
            }
        }
    }
}

/// The contrast that WCAG 2.2 §1.4.3 asks of text.
const CONTRAST: f32 = 4.5;

#[cfg(test)]
mod tests {
    use super::super::language::Language;

    /// Latin Extended Additional is beyond Georgia: one word would be set in two faces.
    #[test]
    fn headlines_are_in_serifs_only_where_these_have_all_letters() {
        for language in Language::iter() {
            let entry = language.entry();
            let is_beyond = entry.texts.is_some_and(|texts| texts.contains(|c| ('\u{1e00}'..='\u{1eff}').contains(&c)));
            let has_its_own = entry.script.style().contains("--head:var(--font)");
            assert!(has_its_own || !is_beyond, "{}", language.tag());
        }
    }
}
