//! Does Understudy do any harm in a storm? A small one of `cargo run --release --example storm`: virtual time, real flows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(missing_docs, reason = "a test's name is its documentation")]

#[path = "../examples/storm/model/mod.rs"]
#[allow(dead_code, reason = "the example shows more")]
mod model;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, LazyLock, Mutex, OnceLock};

use understudy::config::Config;

use model::origin::Mode;
use model::script::{SMALL, Scale, Script, scripts};
use model::sim::play;
use model::strategy::Strategy;
use model::tally::{Tally, quantile};

const ALL: [&str; 6] = ["crash", "waves", "hang", "errors", "brown-out", "overload"];

fn script(name: &str) -> Script {
    scripts(SMALL).into_iter().find(|script| script.name == name).expect("a script of this name")
}

fn config(strategy: Strategy) -> Rc<Config> {
    let (config, mistakes) = Config::from_vars(|name| strategy.var(name).map(str::to_owned));
    assert!(mistakes.is_empty(), "{mistakes:?}");
    Rc::new(config)
}

/// What came of it; each is played once. Visitors wait as long as it takes, so that it can be seen how long that is, but for
/// the strategies of which is shown that nobody has to wait so long.
fn played(name: &'static str, strategy: Strategy) -> Arc<Tally> {
    type Known = HashMap<(&'static str, Strategy), Arc<OnceLock<Arc<Tally>>>>;
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let place = Arc::clone(KNOWN.lock().unwrap().entry((name, strategy)).or_default());
    let tally = place.get_or_init(|| {
        let script = script(name);
        let patience = matches!(strategy, Strategy::Brisk | Strategy::Naive).then_some(8_000);
        Arc::new(play(&script, strategy, &script.arrivals(1), patience, &config(strategy)))
    });
    Arc::clone(tally)
}

fn understudy(name: &'static str) -> Arc<Tally> {
    played(name, Strategy::Understudy)
}

/// Everything fails: those isolates that have much to do find out at once, and all others ask twice at most.
#[test]
fn an_origin_that_is_down_gets_less_than_without_understudy() {
    for name in ["crash", "waves", "hang", "errors"] {
        let tally = understudy(name);
        let quiet = tally.all.without(tally.of_busy);
        assert!(tally.all.amplification() <= 1.2, "{name}: {:?}", tally.all);
        assert!(tally.of_busy.amplification() <= 0.5, "{name}: {:?}", tally.of_busy);
        assert!(quiet.amplification() <= 2.0, "{name}: {quiet:?}");
    }
}

/// Five requests in a row fail before a breaker opens; then it lets one through after 5, 10, 20 and 40 seconds.
#[test]
fn a_busy_isolate_asks_an_origin_that_is_down_a_few_times_only() {
    for name in ["crash", "waves", "errors"] {
        let tally = understudy(name);
        let each = f64::from(tally.of_busy.asks) / f64::from(tally.busy);
        assert!(each <= 20.0, "{name}: {each} of {:?}", tally.of_busy);
    }
}

#[test]
fn an_origin_that_comes_back_is_not_knocked_over_again() {
    for name in ALL {
        for strategy in [Strategy::Understudy, Strategy::Shared, Strategy::Brisk] {
            let tally = played(name, strategy);
            assert_eq!(tally.collapsed(), 0, "{name}, {strategy:?}");
            let recovery = tally.recovery().expect("an end");
            assert!(recovery <= 60, "{name}, {strategy:?}: {recovery} s, and no breaker is open for longer");
        }
    }
}

#[test]
fn who_has_a_copy_gets_it_within_the_patience() {
    for name in ALL {
        let most = quantile(&understudy(name).with_copy, 1.0);
        assert!(most <= 4_100, "{name}: {most} ms");
    }
}

#[test]
fn nobody_waits_longer_than_the_deadline() {
    for name in ALL {
        let tally = understudy(name);
        let most = quantile(&tally.without, 1.0);
        assert!(most <= 25_100, "{name}: {most} ms");
        let [.., errors, nothing] = tally.answers;
        assert_eq!((errors, nothing), (0, 0), "{name}: a copy or a page for everyone");
    }
}

/// The default `TIMEOUT` is longer than the patience of many. Whoever sets it below has nobody wait for nothing: two attempts
/// and the pause between them.
#[test]
fn with_a_short_timeout_everyone_has_an_answer_within_their_patience() {
    for name in ALL {
        let tally = played(name, Strategy::Brisk);
        let [.., errors, nothing] = tally.answers;
        assert_eq!((errors, nothing), (0, 0), "{name}");
        let most = quantile(&tally.without, 1.0);
        assert!(most <= 2 * 3_000 + 200, "{name}: {most} ms");
    }
}

/// What isolates know together spares the origin most of what those ask that know nothing themselves.
#[test]
fn isolates_that_share_what_they_know_ask_less() {
    for name in ["crash", "hang", "errors"] {
        let shared = played(name, Strategy::Shared);
        let alone = understudy(name);
        assert!(shared.all.asks * 4 < alone.all.asks * 3, "{name}: {:?}, alone {:?}", shared.all, alone.all);
        assert_eq!(shared.collapsed(), 0, "{name}");
    }
    let shared = played("brown-out", Strategy::Shared);
    let [good, ..] = shared.answers;
    let all: u32 = shared.answers.iter().sum();
    assert!(good * 10 > all * 7, "seven of ten requests work: {:?}", shared.answers);
}

/// The price that the README states: questions of one isolate in an outage of ten minutes.
#[test]
fn an_object_is_asked_a_few_times_for_each_isolate() {
    const ISOLATES: usize = 20;
    let price = |mode| {
        let scale = Scale { isolates: ISOLATES, rate: 30.0, ..SMALL };
        let script = Script { mode, scale, end: 630, length: 640, ..script("crash") };
        let tally = play(&script, Strategy::Shared, &script.arrivals(1), None, &config(Strategy::Shared));
        f64::from(tally.questions) / ISOLATES as f64
    };
    let (crash, hang) = (price(Mode::Crashed), price(Mode::Hanging));
    assert!((5.0..=30.0).contains(&crash), "{crash}");
    assert!((crash..=60.0).contains(&hang), "{hang}");
}

/// Or the model would show nothing.
#[test]
fn what_makes_it_worse_is_seen_to_make_it_worse() {
    let naive = played("errors", Strategy::Naive);
    assert!(naive.all.amplification() > 2.0, "{:?}", naive.all);
    assert!(naive.collapsed() > 0);
}
