//! The picture of the friendly theme: a visitor with a lantern, a house on the other side, and a bridge between them.
//!
//! Decoration: it says nothing that the words do not say. The bridge is broken where the connection is, else the house
//! sleeps. Colours come from the style sheet of the theme.

use crate::failure::Explanation;

/// Appends it.
pub(super) fn push(out: &mut String, explanation: Explanation) {
    let is_cut = matches!(
        explanation,
        Explanation::Connection | Explanation::Dns | Explanation::Tunnel | Explanation::Tls | Explanation::Loop
    );
    out.push_str("<svg class=\"art\" viewBox=\"0 14 640 182\" aria-hidden=\"true\">");
    out.push_str(SCENE);
    out.push_str(if is_cut { CUT } else { BRIDGE });
    out.push_str(if is_cut { AWAKE } else { ASLEEP });
    out.push_str("</svg>\n");
}

const SCENE: &str = concat!(
    r#"<circle class="sun" cx="470" cy="52" r="30"/>"#,
    r#"<path class="far-hill" d="M0 128q80-50 170-22t150 2 150-24 170 30v96H0z"/>"#,
    r#"<path class="hill" d="M0 146q60-8 196-4 22 1 24 20l4 48H0zM640 146q-60-8-196-4-22 1-24 20l-4 48h224z"/>"#,
    // Trees.
    r#"<path class="leaf" d="M52 142l18-52 18 52zM86 144l13-38 13 38zM592 142l17-50 17 50z"/>"#,
    // The visitor, with a lantern.
    r#"<path class="coat" d="M148 142l3-34q2-10 11-10t11 10l3 34z"/><circle class="skin" cx="162" cy="88" r="9.5"/>"#,
    r#"<path class="rope" d="M171 108l19-4v7"/><circle class="glow" cx="190" cy="120" r="17"/><rect class="lamp" x="185" y="112" width="10" height="14" rx="3"/>"#,
    // The house.
    r#"<path class="wall" d="M494 84h74v59h-74z"/><path class="roof" d="M484 88l47-40 47 40zM552 50h10v20h-10z"/><path class="door" d="M524 143v-24q0-7 7-7t7 7v24z"/>"#,
);
const BRIDGE: &str = concat!(
    r#"<path class="rope" d="M212 128q108 48 216 0M216 146q104 38 208 0"/>"#,
    r#"<path class="plank" d="M216 146q104 38 208 0"/>"#,
);
const CUT: &str = concat!(
    r#"<path class="rope" d="M212 128q34 12 44 58M428 128q-34 12-44 58M218 148q20 6 26 44M422 148q-20 6-26 44"/>"#,
    r#"<path class="plank" d="M218 148q20 6 26 44M422 148q-20 6-26 44"/>"#,
);
const AWAKE: &str = r#"<path class="lamp" d="M502 98h14v12h-14zM546 98h14v12h-14z"/>"#;
const ASLEEP: &str = r#"<path class="rope" d="M502 104q7 6 14 0m30 0q7 6 14 0"/><g class="sun"><circle cx="570" cy="58" r="3"/><circle cx="581" cy="47" r="4.5"/><circle cx="596" cy="34" r="6"/></g>"#;
