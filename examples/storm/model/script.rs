//! Who comes when, and what happens to the origin meanwhile?

use understudy::random::Random;

use super::origin::Mode;

/// One storm.
#[derive(Debug, Clone, Copy)]
pub struct Script {
    pub name: &'static str,
    pub what: &'static str,
    pub scale: Scale,
    /// What is the matter with the origin in this time.
    pub mode: Mode,
    /// From this second …
    pub start: u64,
    /// … up to this one.
    pub end: u64,
    /// All of it, in seconds.
    pub length: u64,
    /// How many times the usual visitors come while it lasts.
    pub surge: f64,
    /// They come in waves all the time: three quarters of them in one of four seconds.
    pub waves: bool,
}

/// How large everything is.
#[derive(Debug, Clone, Copy)]
pub struct Scale {
    /// Isolates; the busiest ones get most of the visitors.
    pub isolates: usize,
    /// Requests that the origin works on at the same time.
    pub servers: usize,
    /// Requests that wait for that; more are refused.
    pub backlog: usize,
    /// New visitors a second.
    pub rate: f64,
}

/// 640 requests a second are what the origin can do, and 400 are asked of it.
pub const FULL: Scale = Scale { isolates: 20_000, servers: 32, backlog: 8_192, rate: 400.0 };

/// A tenth of it, for a test.
pub const SMALL: Scale = Scale { isolates: 2_000, servers: 4, backlog: 1_024, rate: 50.0 };

/// All storms of this size.
pub fn scripts(scale: Scale) -> Vec<Script> {
    let base = Script {
        name: "crash",
        what: "refuses every connection for 60 s",
        scale,
        mode: Mode::Crashed,
        start: 30,
        end: 90,
        length: 210,
        surge: 1.0,
        waves: false,
    };
    vec![
        base,
        Script { name: "waves", what: "the same, and visitors come in waves", waves: true, ..base },
        Script { name: "hang", what: "accepts everything and answers nothing for 60 s", mode: Mode::Hanging, ..base },
        Script { name: "brown-out", what: "answers 30 % with a 502 for 60 s", mode: Mode::Erring(0.3), ..base },
        Script { name: "errors", what: "answers everything with a 502 for 60 s", mode: Mode::Erring(1.0), ..base },
        Script {
            name: "overload",
            what: "works, but 2.5 times the visitors come for 30 s",
            mode: Mode::Healthy,
            end: 60,
            surge: 2.5,
            ..base
        },
    ]
}

/// A visitor who comes for the first time.
#[derive(Debug, Clone, Copy)]
pub struct Arrival {
    pub at: u64,
    pub page: u32,
    pub isolate: u32,
}

impl Script {
    /// The same visitors for every strategy.
    pub fn arrivals(&self, seed: u64) -> Vec<Arrival> {
        let random = &mut Random::new(seed);
        let zipf = Zipf::new(self.scale.isolates);
        let mut at = 0.0;
        let mut all = Vec::new();
        loop {
            at += exponential(1000.0 / self.rate(at), random);
            if at >= self.length as f64 * 1000.0 {
                return all;
            }
            let page = (random.unit() * f64::from(PAGES)) as u32;
            all.push(Arrival { at: at as u64, page, isolate: zipf.pick(random) });
        }
    }

    fn rate(&self, at: f64) -> f64 {
        let second = (at / 1000.0) as u64;
        let surge = if (self.start..self.end).contains(&second) { self.surge } else { 1.0 };
        let wave = match (self.waves, second.is_multiple_of(4)) {
            (false, _) => 1.0,
            (true, true) => 3.0,
            (true, false) => 1.0 / 3.0,
        };
        self.scale.rate * surge * wave
    }
}

/// How many of all visitors an isolate gets: the first one most, the last ones hardly any.
pub struct Zipf(Vec<f64>);

impl Zipf {
    pub fn new(isolates: usize) -> Self {
        let mut sum = 0.0;
        let sums = (1..=isolates).map(|rank| {
            sum += (rank as f64).powf(-EXPONENT);
            sum
        });
        Self(sums.collect())
    }

    pub fn pick(&self, random: &mut Random) -> u32 {
        let at = random.unit() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum < at).min(self.0.len() - 1) as u32
    }

    /// The isolates that get at least one of these visitors a second.
    pub fn busy(&self, rate: f64) -> u32 {
        let all = self.0.last().copied().unwrap_or_default();
        let share = |rank: usize| ((rank + 1) as f64).powf(-EXPONENT) / all;
        (0..self.0.len()).take_while(|rank| rate * share(*rank) >= 1.0).count() as u32
    }
}

/// A wait of this mean.
pub fn exponential(mean: f64, random: &mut Random) -> f64 {
    -mean * (1.0 - random.unit()).ln()
}

/// Is there a copy of it?
pub const fn has_copy(page: u32) -> bool {
    page % 10 < 7
}

const PAGES: u32 = 1_000;

/// At 20,000 isolates and 400 visitors a second: some forty get two thirds of them.
const EXPONENT: f64 = 1.2;
