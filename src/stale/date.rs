//! Which instant does an HTTP date name? RFC 9110 §5.6.7, RFC 9111 §4.2.

use std::time::UNIX_EPOCH;

use crate::time::Time;

/// Any of the three formats, strictly, except for case, in which caches are asked to be lenient (RFC 9111 §4.2), and for
/// the day of the week.
pub fn http_date(text: &str) -> Option<Time> {
    if text.len() > MAX_DATE {
        return None;
    }
    let text = proper_case(text);
    let (day, rest) = text.split_at_checked(text.find(|c: char| !c.is_ascii_alphabetic())?)?;
    // Which day of the week it was follows from the rest; who is wrong about it still names an instant.
    let days = if day.len() == 3 { &SHORT } else { &LONG };
    let named = days.contains(&day).then_some(days)?.iter();
    let date = named.map(|day| httpdate::parse_http_date(&[day, rest].concat())).find_map(Result::ok)?;
    Some(Time::from_secs(date.duration_since(UNIX_EPOCH).ok()?.as_secs()))
}

const SHORT: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const LONG: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Words with a capital and small letters, `GMT` in capitals.
fn proper_case(text: &str) -> String {
    let mut in_word = false;
    let proper: String = text
        .trim()
        .chars()
        .map(|c| {
            let first = !in_word;
            in_word = c.is_ascii_alphabetic();
            if first { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() }
        })
        .collect();
    match proper.strip_suffix(" Gmt") {
        Some(stem) => format!("{stem} GMT"),
        None => proper,
    }
}

/// The longest text that is looked at, in bytes; the longest date has 33.
const MAX_DATE: usize = 40;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_three_formats_in_any_case_and_nothing_else() {
        let nov_1994 = Some(Time::from_secs(784_111_777));
        let aug_2050 = Some(Time::from_secs(2_544_400_878));
        for (text, expected) in [
            ("Sun, 06 Nov 1994 08:49:37 GMT", nov_1994),
            ("Sunday, 06-Nov-94 08:49:37 GMT", nov_1994),
            ("Sun Nov  6 08:49:37 1994", nov_1994),
            ("Mon Nov  6 08:49:37 1994", nov_1994),
            ("Fri, 06 Nov 1994 08:49:37 GMT", nov_1994),
            ("Friday, 06-Nov-94 08:49:37 GMT", nov_1994),
            ("THU, 18 Aug 2050 02:01:18 GMT", aug_2050),
            ("Thu, 18 AUG 2050 02:01:18 gMT", aug_2050),
            ("thursday, 18-aug-50 02:01:18 gmt", aug_2050),
            ("Thu, 18 Aug 2050 02:01:18 UTC", None),
            ("Thu, 18 Aug 2050 02:01:18 AEST", None),
            ("Thu, 18 Aug 50 02:01:18 GMT", None),
            ("Thu 18 Aug 2050 02:01:18 GMT", None),
            ("Thu, 18  Aug  2050 02:01:18 GMT", None),
            ("Thu, 18-Aug-2050 02:01:18 GMT", None),
            ("Thu, 18 Aug 2050 02.01.18 GMT", None),
            ("Thu, 18 Aug 2050 2:01:18 GMT", None),
            ("Xyz, 06 Nov 1994 08:49:37 GMT", None),
            ("Xyzday, 06-Nov-94 08:49:37 GMT", None),
            (", 06 Nov 1994 08:49:37 GMT", None),
            ("Sun", None),
            ("0", None),
            ("-1", None),
            ("", None),
            ("Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT", None),
        ] {
            assert_eq!(http_date(text), expected, "{text}");
        }
    }
}
