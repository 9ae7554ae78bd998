//! What do all connections of one origin share? The journal, the switch, the scripts, and who waits for what.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::gate::Gate;
use super::journal::Journal;
use super::target::Target;

/// The state of an origin, a bell that rings when it changes, and its ports.
#[derive(Debug)]
pub struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    /// The origin's own port.
    pub main: Gate,
    /// The port for control, which no switch breaks.
    pub control: Gate,
}

/// What the lock protects.
#[derive(Debug, Default)]
pub struct State {
    /// The requests so far.
    pub journal: Journal,
    /// The switch for the whole origin.
    pub switch: Switch,
    /// How many requests hang now, waiting for their release.
    pub hanging: usize,
    scripts: HashMap<String, VecDeque<String>>,
    tallies: HashMap<String, u64>,
    releases: u64,
    streams: HashMap<u64, (Side, Arc<TcpStream>)>,
    next_connection: u64,
    stopping: bool,
}

/// The switch for the whole origin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Switch {
    /// It works.
    #[default]
    Mended,
    /// Nobody listens.
    Refusing,
    /// Every request is answered as this target would be.
    Broken(String),
}

/// Which listener a connection came through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The origin's own.
    Main,
    /// The one for control, which no switch breaks.
    Control,
}

/// Why a pause ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waited {
    /// Its time is over.
    Elapsed,
    /// `release` was called.
    Released,
    /// The client went away, or the origin ends.
    Gone,
}

/// Which answer a request gets.
#[derive(Debug)]
pub struct Plan {
    /// What is answered.
    pub target: Target,
    /// What was asked for, where the switch put something else into its place.
    pub switched: Option<Target>,
}

impl Shared {
    /// A new origin on these ports.
    #[must_use]
    pub fn new(main: Gate, control: Gate) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), main, control }
    }

    /// Moves the switch: every request is answered as this target would be, or (`None`) all is well again. `except` is
    /// the connection that asks for it, which is left open when the port begins to refuse.
    ///
    /// # Errors
    /// When the port cannot be closed or opened.
    pub fn turn(self: &Arc<Self>, target: Option<&str>, except: Option<u64>) -> io::Result<()> {
        let switch = match target.map(|target| (target, Target::parse(target).path)) {
            None => Switch::Mended,
            Some((_, path)) if path == "/fault/refuse" => Switch::Refusing,
            Some((target, _)) => Switch::Broken(target.to_owned()),
        };
        let refuses = switch == Switch::Refusing;
        self.change(|state| state.switch = switch);
        if !refuses {
            return self.main.open(self);
        }
        self.main.close()?;
        self.lock().shut(|id, side| side == Side::Main && Some(id) != except);
        Ok(())
    }

    /// The state. A thread that panicked leaves it usable.
    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the state and wakes all who wait for a change.
    pub fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }

    /// Waits until `ready` gives something, for at most `limit`.
    pub fn wait<T>(&self, limit: Duration, mut ready: impl FnMut(&State) -> Option<T>) -> Option<T> {
        let mut found = None;
        let waited = self.changed.wait_timeout_while(self.lock(), limit, |state| {
            found = ready(state);
            found.is_none()
        });
        drop(waited.unwrap_or_else(PoisonError::into_inner));
        found
    }

    /// Lets the client of this connection wait: until it is released, or for `limit` if there is one.
    pub fn pause(&self, stream: &TcpStream, limit: Option<Duration>) -> Waited {
        let until_released = limit.is_none();
        let releases = self.change(|state| {
            state.hanging += usize::from(until_released);
            state.releases
        });
        let mut left = limit.unwrap_or(Duration::MAX);
        let waited = loop {
            if is_gone(stream) || self.lock().stopping {
                break Waited::Gone;
            }
            if left.is_zero() {
                break Waited::Elapsed;
            }
            // Nothing rings the bell when a client goes away, so look from time to time.
            let slice = left.min(LOOK_AGAIN);
            let released = self.wait(slice, |state| (state.releases != releases || state.stopping).then_some(()));
            if released.is_some() && !self.lock().stopping {
                break Waited::Released;
            }
            left -= slice;
        };
        self.change(|state| state.hanging -= usize::from(until_released));
        waited
    }

    /// Takes in a new connection; `None` when the origin is about to end.
    pub fn connected(&self, side: Side, stream: &Arc<TcpStream>) -> Option<u64> {
        self.change(|state| {
            if state.stopping {
                return None;
            }
            let id = state.next_connection;
            state.next_connection += 1;
            state.streams.insert(id, (side, Arc::clone(stream)));
            Some(id)
        })
    }

    /// A connection is over.
    pub fn disconnected(&self, id: u64) {
        self.change(|state| state.streams.remove(&id));
    }

    /// Ends everything and waits for the threads of the connections.
    pub fn stop(&self) {
        // Ports that could not be closed go with the process.
        let _ = self.main.close();
        let _ = self.control.close();
        self.change(|state| {
            state.stopping = true;
            state.shut(|_, _| true);
        });
        self.wait(STOP_WITHIN, |state| state.streams.is_empty().then_some(()));
    }
}

impl State {
    /// What a request for `target` gets.
    pub fn plan(&mut self, target: &str, side: Side) -> Plan {
        let asked = Target::parse(target);
        if side == Side::Main
            && let Switch::Broken(fault) = &self.switch
        {
            return Plan { target: Target::parse(fault), switched: Some(asked) };
        }
        let key = if self.scripts.contains_key(target) { target } else { asked.path.as_str() };
        let scripted = self.scripts.get_mut(key).and_then(|script| {
            // The last line of a script stays.
            if script.len() > 1 { script.pop_front() } else { script.front().cloned() }
        });
        Plan { target: scripted.map_or(asked, |target| Target::parse(&target)), switched: None }
    }

    /// From now on, requests for this path (or this whole target) are answered as these targets would be, one after
    /// the other; the last one stays. An empty script ends it.
    pub fn script(&mut self, path: &str, targets: impl IntoIterator<Item = String>) {
        let targets: VecDeque<_> = targets.into_iter().collect();
        if targets.is_empty() {
            self.scripts.remove(path);
        } else {
            self.scripts.insert(path.to_owned(), targets);
        }
    }

    /// How often this name was counted before.
    pub fn tally(&mut self, name: &str) -> u64 {
        let tally = self.tallies.entry(name.to_owned()).or_default();
        *tally += 1;
        *tally - 1
    }

    /// Lets all go on that hang now.
    pub fn release(&mut self) {
        self.releases += 1;
    }

    /// Forgets what was seen and counted, and the scripts. The switch stays.
    pub fn clear(&mut self) {
        self.journal.clear();
        self.scripts.clear();
        self.tallies.clear();
    }

    fn shut(&self, which: impl Fn(u64, Side) -> bool) {
        for (&id, (side, stream)) in &self.streams {
            if which(id, *side) {
                // Already closed by the client: all the better.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

/// Has the client closed the connection?
fn is_gone(stream: &TcpStream) -> bool {
    if stream.set_nonblocking(true).is_err() {
        return true;
    }
    let gone = match stream.peek(&mut [0]) {
        Ok(len) => len == 0,
        Err(error) => error.kind() != io::ErrorKind::WouldBlock,
    };
    stream.set_nonblocking(false).is_err() || gone
}

const LOOK_AGAIN: Duration = Duration::from_millis(20);
const STOP_WITHIN: Duration = Duration::from_secs(10);
