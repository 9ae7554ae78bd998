//! When is the operator's own page (`PAGE_TEMPLATE`) read again, and what is worn when that fails? Time is an argument.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

use std::rc::Rc;

use understudy::page::{Known, MAX_TEMPLATE, Source, Templates};
use understudy::time::Time;

const START: u64 = 1_000_000_000;

fn after(millis: u64) -> Time {
    Time::from_millis(START + millis)
}

fn source(name: &str) -> Source {
    Source::parse(name).unwrap()
}

fn good(text: &str) -> Result<String, String> {
    Ok(text.to_owned())
}

fn worn(text: &str) -> Option<Rc<str>> {
    Some(Rc::from(text))
}

#[test]
fn it_is_read_again_after_a_minute_whatever_came_of_it() {
    let page = source("kv:page");
    for read in [good("<p>one"), good("no markup"), Err("there is nothing".to_owned())] {
        let mut templates = Templates::new();
        assert_eq!(templates.known(&page, after(0)), Known::Read);
        let first = templates.keep(&page, read, after(0)).template;
        for millis in [0, 1, 30_000, 59_999] {
            assert_eq!(templates.known(&page, after(millis)), Known::Yes(first.clone()), "{millis}");
        }
        assert_eq!(templates.known(&page, after(60_000)), Known::Read);
        // The minute begins with the last reading; a clock that was set back asks no more often.
        assert_eq!(templates.keep(&page, good("<p>two"), after(70_000)).template, worn("<p>two"));
        for millis in [0, 70_000, 129_999] {
            assert_eq!(templates.known(&page, after(millis)), Known::Yes(worn("<p>two")), "{millis}");
        }
        assert_eq!(templates.known(&page, after(130_000)), Known::Read);
    }
}

#[test]
fn the_last_good_one_stays_when_a_reading_fails() {
    let (page, mut templates) = (source("assets:/a"), Templates::new());
    templates.keep(&page, good("<p>good"), after(0));
    let large = "<".repeat(MAX_TEMPLATE + 1);
    let mut minutes = 0;
    for (read, why) in [
        (Err("there is nothing"), "there is nothing"),
        (Err("it took too long to read"), "it took too long to read"),
        (Ok("<p>{{nonsense}}"), "the template uses “nonsense”, which does not exist"),
        (Ok("<p>{{#site}}"), "the section “site” of the template is not opened and closed in turn"),
        (Ok(large.as_str()), "the template is larger than 256 KiB"),
    ] {
        minutes += 1;
        let now = after(minutes * 60_000);
        let came = templates.keep(&page, read.map(str::to_owned).map_err(str::to_owned), now);
        let complaint = format!("PAGE_TEMPLATE = \"assets:/a\": {why}");
        assert_eq!((came.template, came.news.as_ref()), (worn("<p>good"), Some(&complaint)));
        assert_eq!(templates.known(&page, now), Known::Yes(worn("<p>good")), "{why}");
        assert_eq!(templates.complaints(), [complaint]);
        // Said once, for as long as it is the same.
        let again = templates.keep(&page, read.map(str::to_owned).map_err(str::to_owned), now);
        assert_eq!((again.template, again.news), (worn("<p>good"), None), "{why}");
    }
    let came = templates.keep(&page, good("<p>better"), after(600_000));
    assert_eq!((came.template, came.news), (worn("<p>better"), None));
    assert_eq!(templates.complaints(), [""; 0]);
    // What fails anew is said anew.
    assert!(templates.keep(&page, Err("there is nothing".to_owned()), after(700_000)).news.is_some());
}

#[test]
fn several_do_not_get_mixed_up_and_do_not_pile_up() {
    let mut templates = Templates::new();
    let pages: Vec<Source> = (0..9).map(|i| source(&format!("kv:{i}"))).chain([source("assets:/0")]).collect();
    for (i, page) in pages.iter().enumerate().take(8) {
        templates.keep(page, good(&format!("<p>{i}")), after(i as u64));
    }
    for (i, page) in pages.iter().enumerate().take(8) {
        assert_eq!(templates.known(page, after(10)), Known::Yes(worn(&format!("<p>{i}"))));
    }
    // The first one is read again; so it is the second one that makes room for a ninth.
    templates.keep(&pages[0], Err("gone".to_owned()), after(20));
    assert_eq!(templates.keep(&pages[8], good("<p>8"), after(30)).template, worn("<p>8"));
    assert_eq!(templates.known(&pages[0], after(30)), Known::Yes(worn("<p>0")));
    assert_eq!(templates.known(&pages[1], after(30)), Known::Read);
    assert_eq!(templates.known(&pages[2], after(30)), Known::Yes(worn("<p>2")));
    assert_eq!(templates.known(&pages[9], after(30)), Known::Read, "another binding, the same name");
}
