//! What is a bad origin like? A threaded HTTP/1.1 server on loopback that can be broken in every way, on purpose.
//!
//! It is written on bare sockets, since no HTTP library lets a response be wrong. The demo (`main.rs`) serves people,
//! [`Origin`] serves the tests: everything that is waited for is waited for by a signal, never by a guess at the time.
//!
//! | file | question |
//! | --- | --- |
//! | `gate` | how does a port refuse, and accept again? |
//! | `connection` | what happens on one connection? |
//! | `request` · `target` | what did the client send, and which page does it ask for? |
//! | `pages` · `options` · `conditional` | what is the answer of a healthy origin? |
//! | `fault` · `gateway` | in which ways does it fail? |
//! | `reply` · `content` | how do they go onto the wire? |
//! | `shared` · `journal` | what do all connections know? |
//! | `control` · `index` | how do people steer it? |

pub mod conditional;
pub mod connection;
pub mod content;
pub mod control;
pub mod fault;
pub mod gate;
pub mod gateway;
pub mod index;
pub mod journal;
pub mod options;
pub mod pages;
pub mod reply;
pub mod request;
pub mod shared;
pub mod target;
pub mod websocket;

use std::io;
use std::sync::Arc;
use std::time::Duration;

pub use fault::Fault;
pub use journal::{Ended, Seen};

use gate::Gate;
use shared::{Shared, Side, State};

/// An origin that runs. It ends, with all its threads and sockets, when it is dropped.
#[derive(Debug)]
pub struct Origin {
    shared: Arc<Shared>,
}

impl Origin {
    /// Starts one on free ports of loopback.
    ///
    /// # Panics
    /// When the system has no port for it.
    #[must_use]
    pub fn start() -> Self {
        #[expect(clippy::expect_used, reason = "for tests: without an origin there is nothing to test")]
        Self::listen(0, 0).expect("two free ports on loopback")
    }

    /// Starts one on these ports of loopback, 0 for any free one. The second one is for control: it is never broken.
    ///
    /// # Errors
    /// When a port is taken.
    pub fn listen(port: u16, control_port: u16) -> io::Result<Self> {
        let main = Gate::new(Side::Main, port)?;
        let control = Gate::new(Side::Control, control_port)?;
        let origin = Self { shared: Arc::new(Shared::new(main, control)) };
        origin.shared.main.open(&origin.shared)?;
        origin.shared.control.open(&origin.shared)?;
        Ok(origin)
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.shared.main.port()
    }

    /// The port for control.
    #[must_use]
    pub fn control_port(&self) -> u16 {
        self.shared.control.port()
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port())
    }

    /// Breaks everything but `/_control` in this way. For [`Fault::Refuse`] the port refuses connections, and those
    /// that are open are closed, when this returns.
    pub fn break_with(&self, fault: Fault) {
        self.break_as(&format!("/fault/{}", fault.name()));
    }

    /// Answers everything but `/_control` as this target would be, for instance `/fault/503?retry-after=2&as=json`.
    ///
    /// # Panics
    /// When the port cannot be closed.
    pub fn break_as(&self, target: &str) {
        #[expect(clippy::expect_used, reason = "for tests: what follows would test something else")]
        self.shared.turn(Some(target), None).expect("the switch");
    }

    /// All is well again. What hangs goes on to hang until it is released.
    ///
    /// # Panics
    /// When the port cannot be opened again.
    pub fn mend(&self) {
        #[expect(clippy::expect_used, reason = "for tests: what follows would test something else")]
        self.shared.turn(None, None).expect("the switch");
    }

    /// From now on requests for `path` (any query; or for a whole target with its query) are answered as these targets
    /// would be, one after the other; the last one stays. `&[]` ends it.
    pub fn script(&self, path: &str, targets: &[&str]) {
        self.shared.change(|state| state.script(path, targets.iter().map(|&target| target.to_owned())));
    }

    /// Lets all requests go on that hang now. See [`Self::wait_for_hanging`].
    pub fn release(&self) {
        self.shared.change(State::release);
    }

    /// What it has seen since the start or the last [`Self::clear`], control left out, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        self.shared.lock().journal.iter().cloned().collect()
    }

    /// The same for one path (without a query), or one whole target (with one).
    #[must_use]
    pub fn requests_to(&self, path: &str) -> Vec<Seen> {
        self.shared.lock().journal.iter().filter(|seen| seen.is_to(path)).cloned().collect()
    }

    /// How many requests a path (without a query), or a whole target (with one), has got.
    #[must_use]
    pub fn count(&self, path: &str) -> usize {
        self.shared.lock().journal.iter().filter(|seen| seen.is_to(path)).count()
    }

    /// Forgets what was seen and counted (`/counter`, `/flaky`, `/page/…`), and the scripts. The switch stays.
    pub fn clear(&self) {
        self.shared.change(State::clear);
    }

    /// Waits until it has seen `n` requests (their heads) since the last [`Self::clear`].
    pub fn wait_for(&self, n: usize) {
        self.wait(&format!("{n} requests"), |state| state.journal.iter().count() >= n);
    }

    /// Waits until it has seen `n` requests to this path or target.
    pub fn wait_for_path(&self, path: &str, n: usize) {
        self.wait(&format!("{n} requests to {path}"), |state| {
            state.journal.iter().filter(|seen| seen.is_to(path)).count() >= n
        });
    }

    /// Waits until `n` requests hang at this moment, so that [`Self::release`] is sure to meet them.
    pub fn wait_for_hanging(&self, n: usize) {
        self.wait(&format!("{n} hanging requests"), |state| state.hanging >= n);
    }

    /// Waits until `n` requests have ended in this way.
    pub fn wait_for_ended(&self, ended: Ended, n: usize) {
        self.wait(&format!("{n} requests {}", ended.as_str()), |state| {
            state.journal.iter().filter(|seen| seen.ended == Some(ended)).count() >= n
        });
    }

    #[expect(clippy::panic, reason = "for tests: a wait in vain is a failed test")]
    fn wait(&self, what: &str, ready: impl Fn(&State) -> bool) {
        if self.shared.wait(IN_VAIN, |state| ready(state).then_some(())).is_none() {
            let seen: Vec<_> =
                self.requests().iter().map(|s| format!("{} {} {:?}", s.method, s.target, s.ended)).collect();
            panic!("waited in vain for {what}; seen so far: {seen:#?}");
        }
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

/// How long a test waits for what does not come.
const IN_VAIN: Duration = Duration::from_secs(30);
