//! In which format does this visitor want to hear it?
//!
//! `Accept` decides (RFC 9110 §12.5.1: weights, specificity, `q=0`). Where it leaves a choice (missing, `*/*`, a tie), what
//! is known of the asker does: a navigation gets HTML, an image gets an image, a program gets problem details, and
//! nobody in particular gets text. Nothing is ever refused: an `Accept` that permits none of ours gets the nearest in kind,
//! as §12.1 permits for errors, if possible not one that it refuses by name.

use std::cmp::Reverse;

use crate::fields::Fields;

/// A format that a page is available in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `text/html`: the page for people.
    Html,
    /// `application/problem+json` (RFC 9457).
    Problem,
    /// `application/json` with the same members.
    Json,
    /// `application/problem+xml` (RFC 9457 Appendix B).
    ProblemXml,
    /// `application/xml` with the same elements.
    Xml,
    /// `text/markdown`.
    Markdown,
    /// `text/plain`.
    Text,
    /// `image/svg+xml`, for a failed image.
    Svg,
    /// `text/javascript` without content, for a failed script.
    Script,
    /// `text/css` without content, for a failed style sheet.
    Style,
    /// `text/event-stream` with a `retry:` hint.
    EventStream,
    /// gRPC-Web: a status in header fields.
    GrpcWeb,
    /// No content, for a failed font, video and the like.
    Empty,
}

impl Format {
    /// All of them; of two that suit alike, the first is taken.
    pub const ALL: [Self; 13] = [
        Self::Text,
        Self::Problem,
        Self::Html,
        Self::Markdown,
        Self::Json,
        Self::ProblemXml,
        Self::Xml,
        Self::Svg,
        Self::Script,
        Self::Style,
        Self::EventStream,
        Self::GrpcWeb,
        Self::Empty,
    ];

    /// Its media type; empty for [`Format::Empty`]. An `Accept` field that holds it alone selects it.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Html => "text/html",
            Self::Problem => "application/problem+json",
            Self::Json => "application/json",
            Self::ProblemXml => "application/problem+xml",
            Self::Xml => "application/xml",
            Self::Markdown => "text/markdown",
            Self::Text => "text/plain",
            Self::Svg => "image/svg+xml",
            Self::Script => "text/javascript",
            Self::Style => "text/css",
            Self::EventStream => "text/event-stream",
            Self::GrpcWeb => "application/grpc-web+proto",
            Self::Empty => "",
        }
    }

    /// How exactly a media range must name it: an event stream must be asked for by name, an empty body is for `*/*`.
    const fn least_specificity(self) -> u8 {
        match self {
            Self::EventStream | Self::GrpcWeb => NAMED,
            Self::Svg | Self::Script | Self::Style => FAMILY,
            _ => ANY,
        }
    }
}

/// The format for this request.
#[must_use]
pub(super) fn format(fields: &dyn Fields) -> Format {
    accepted(fields.field("accept").as_deref(), hint(fields))
}

/// The format for an `Accept`, where the asker is likely to want that one.
pub(super) fn accepted(accept: Option<&str>, hint: Format) -> Format {
    let Some(accept) = accept.filter(|accept| !accept.trim().is_empty()) else { return hint };
    let ranges: Vec<Range> = accept.split(',').take(MAX_RANGES).map(Range::new).collect();
    let mut best: Option<(Format, Fit)> = None;
    for format in Format::ALL {
        if let Some(fit) = fit(format, &ranges, hint)
            && best.is_none_or(|(_, before)| fit > before)
        {
            best = Some((format, fit));
        }
    }
    best.map_or_else(|| last_resort(&ranges, hint), |(format, _)| format)
}

/// Splits `value;q=0.8` into the value and its weight in thousandths; no weight or one that says nothing counts as 1, as
/// asking for something badly is still asking for it.
pub(super) fn weighted(text: &str) -> (&str, u16) {
    let mut parts = text.split(';').map(str::trim);
    let value = parts.next().unwrap_or_default();
    let weight = parts.find_map(|p| p.strip_prefix("q=").or_else(|| p.strip_prefix("Q=")));
    (value, weight.and_then(thousandths).unwrap_or(1000))
}

/// `0.85` → 850 (RFC 9110 §12.4.2). Programs also print `.85` and `0.8500000000000001`, which say as much; cut short, a little
/// must not become nothing, which would refuse.
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, fraction) = weight.split_once('.').unwrap_or((weight, ""));
    if !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    match whole {
        "1" => Some(1000),
        "" if fraction.is_empty() => None,
        "0" | "" => {
            let cut = fraction.bytes().chain(*b"000").take(3).fold(0, |sum, b| sum * 10 + u16::from(b - b'0'));
            Some(cut.max(u16::from(fraction.bytes().any(|b| b != b'0'))))
        }
        _ => None,
    }
}

/// How well a format suits, compared member by member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Fit {
    weight: u16,
    specificity: u8,
    is_hint: bool,
    place: Reverse<usize>,
}

/// A media range of `Accept`.
struct Range<'a> {
    media: &'a str,
    weight: u16,
    /// Without parameters that none of ours has.
    is_plain: bool,
}

impl<'a> Range<'a> {
    fn new(text: &'a str) -> Self {
        let (media, weight) = weighted(text);
        Self { media, weight, is_plain: text.split(';').skip(1).all(|parameter| is_ours(parameter.trim())) }
    }

    /// How exactly it names this format, without parameters before with others; `None` = it does not. What is only near to
    /// ours asks for it if there is nothing better, but who refuses that has not refused ours.
    fn names(&self, format: Format) -> Option<(u8, bool)> {
        let specificity = self.specificity(format)?;
        let is_near = specificity == NAMED || !self.is_plain;
        (self.weight > 0 || !is_near).then_some((specificity, self.is_plain))
    }

    /// The same without regard to parameters and weight.
    fn specificity(&self, format: Format) -> Option<u8> {
        let (media, own) = (self.media, format.media_type());
        if media == "*/*" || media == "*" {
            return Some(ANY);
        }
        if same(media, own) {
            return Some(EXACT);
        }
        if let Some(family) = media.strip_suffix("/*") {
            return own.split_once('/').filter(|(f, _)| same(f, family)).map(|_| FAMILY);
        }
        let is_one = |names: &[&str]| names.iter().any(|name| same(media, name));
        let ends = |suffix: &str| {
            media.len().checked_sub(suffix.len()).and_then(|at| media.get(at..)).is_some_and(|end| same(end, suffix))
        };
        let is_other_name = match format {
            Format::Html => is_one(&["application/xhtml+xml"]),
            // Whoever asks for some kind of JSON can read this one; the same for XML, but for its two that people see.
            Format::Problem => (ends("+json") && !is_grpc_web(media)) || is_one(&["text/json", "application/x-ndjson"]),
            Format::ProblemXml => ends("+xml") && !is_one(&["application/xhtml+xml", "image/svg+xml"]),
            Format::Xml => is_one(&["text/xml"]),
            Format::Script => is_one(&["application/javascript", "application/x-javascript"]),
            Format::GrpcWeb => is_grpc_web(media),
            _ => false,
        };
        is_other_name.then_some(NAMED)
    }
}

/// A parameter of a media range that says nothing about which representation: the weight, and the charset of all of ours.
fn is_ours(parameter: &str) -> bool {
    let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
    name.is_empty() || same(name, "q") || (same(name, "charset") && same(value.trim_matches('"'), "utf-8"))
}

/// Specificity, place and weight of the range that decides about a format: the most specific one, of two alike the first.
fn deciding(format: Format, ranges: &[Range]) -> Option<(u8, Reverse<usize>, u16)> {
    let named = ranges.iter().enumerate().filter_map(|(place, r)| Some((r.names(format)?, Reverse(place), r.weight)));
    named.max().map(|((specificity, _), place, weight)| (specificity, place, weight))
}

fn fit(format: Format, ranges: &[Range], hint: Format) -> Option<Fit> {
    let (specificity, place, weight) = deciding(format, ranges)?;
    let is_hint = format == hint;
    let is_offered = weight > 0 && (is_hint || (specificity >= format.least_specificity() && format != Format::Empty));
    // Between two that are named, the order in the field is a wish; between two that are not, it is an accident.
    is_offered.then_some(Fit { weight, specificity, is_hint: is_hint && specificity < NAMED, place })
}

/// For an `Accept` that permits none of ours, the nearest in kind that it does not refuse by name or family; where it refuses
/// all that can be read, it is disregarded.
fn last_resort(ranges: &[Range], hint: Format) -> Format {
    let asks = |family: &str| ranges.iter().any(|r| r.weight > 0 && r.media.starts_with(family));
    let nearest = if asks("image/") {
        Format::Svg
    } else if asks("audio/") || asks("video/") || asks("font/") {
        Format::Empty
    } else if asks("application/") {
        Format::Problem
    } else if hint == Format::Html {
        Format::Text
    } else {
        hint
    };
    let is_refused = |format: Format| deciding(format, ranges).is_some_and(|(how, _, weight)| weight == 0 && how > ANY);
    let readable = Format::ALL.into_iter().filter(|&f| f.least_specificity() == ANY && f != Format::Empty);
    [nearest, hint].into_iter().chain(readable).find(|&format| !is_refused(format)).unwrap_or(hint)
}

/// What is known of the asker: Fetch Metadata first, then older habits.
pub(super) fn hint(fields: &dyn Fields) -> Format {
    let field = |name: &str| fields.field(name).map(|v| v.trim().to_ascii_lowercase()).filter(|v| !v.is_empty());
    let content_type = field("content-type").unwrap_or_default();
    if is_grpc_web(&content_type) {
        return Format::GrpcWeb;
    }
    match field("sec-fetch-dest").as_deref() {
        Some("document" | "iframe" | "frame" | "fencedframe" | "embed" | "object") => return Format::Html,
        Some("image") => return Format::Svg,
        Some("script" | "worker" | "sharedworker" | "serviceworker" | "audioworklet" | "paintworklet") => {
            return Format::Script;
        }
        Some("style") => return Format::Style,
        Some("json") => return Format::Json,
        Some("audio" | "video" | "track" | "font" | "manifest" | "report" | "xslt") => return Format::Empty,
        _ => {}
    }
    match field("sec-fetch-mode").as_deref() {
        Some("navigate" | "nested-navigate") => return Format::Html,
        Some(_) => return Format::Problem,
        None => {}
    }
    let is_json = content_type.split(';').next().is_some_and(|t| t.trim().ends_with("json"));
    if is_json || field("x-requested-with").is_some() {
        Format::Problem
    } else if field("user-agent").is_some_and(|agent| agent.starts_with("mozilla/")) {
        Format::Html
    } else {
        Format::Text
    }
}

/// Not inlined: asked in a dozen places, and each would carry the loop.
#[inline(never)]
fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn is_grpc_web(media: &str) -> bool {
    media.get(..GRPC_WEB.len()).is_some_and(|start| same(start, GRPC_WEB))
}

const GRPC_WEB: &str = "application/grpc-web";
/// Most media ranges looked at.
const MAX_RANGES: usize = 32;

// Specificities: `*/*`, `type/*`, a name for something near, the very name.
const ANY: u8 = 0;
const FAMILY: u8 = 1;
const NAMED: u8 = 2;
const EXACT: u8 = 3;
