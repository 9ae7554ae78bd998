//! The Worker in the real runtime: `build/` in a workerd of the test's own, with the platform's services in memory.

use std::io::{BufRead as _, BufReader, PipeReader, pipe};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use super::client::{self, Reply};

mod capnp;

/// One workerd with the Worker in it; ended when dropped.
pub struct Worker {
    child: Child,
    port: u16,
    twin: u16,
    platform: u16,
    log: Arc<Mutex<Vec<String>>>,
    readers: Vec<JoinHandle<()>>,
}

/// What a test wants of it.
pub struct Setup {
    outbound: Outbound,
    vars: Vec<(String, Value)>,
    kv: bool,
    assets: bool,
    incidents: Option<(&'static str, &'static str)>,
    script: Option<String>,
    modules: PathBuf,
    watched: bool,
    unheard: bool,
}

/// Where the Worker's fetches go.
enum Outbound {
    Port(u16),
    Network,
    Itself,
}

impl Setup {
    /// All that the Worker fetches, whatever the host, goes to this port of loopback.
    pub fn new(origin: u16) -> Self {
        Self::with(Outbound::Port(origin))
    }

    /// What the Worker fetches goes where its URL says, if that is loopback.
    pub fn network() -> Self {
        Self::with(Outbound::Network)
    }

    /// All that the Worker fetches, whatever the host, comes back to itself.
    pub fn circle() -> Self {
        Self::with(Outbound::Itself)
    }

    fn with(outbound: Outbound) -> Self {
        // Many failures in a row are what tests are made of; those of the breaker switch it on.
        Self {
            outbound,
            vars: vec![("BREAKER_FAILURES".to_owned(), json!("0"))],
            kv: false,
            assets: false,
            incidents: None,
            script: None,
            modules: build(),
            watched: false,
            unheard: false,
        }
    }

    /// With a variable: a string, or any other JSON.
    pub fn var(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.vars.retain(|(known, _)| known != name);
        self.vars.push((name.to_owned(), value.into()));
        self
    }

    /// With the KV namespace `COPIES`.
    pub fn kv(mut self) -> Self {
        self.kv = true;
        self
    }

    /// With the static assets `ASSETS`.
    pub fn assets(mut self) -> Self {
        self.assets = true;
        self
    }

    /// With the Durable Objects `INCIDENTS`, and a twin: another isolate of the same Worker.
    pub fn incidents(mut self) -> Self {
        self.incidents = Some(("main", "Incidents"));
        self
    }

    /// The same with objects of this class of `platform.js`, in which something is wrong.
    pub fn incidents_that(mut self, class: &'static str) -> Self {
        self.incidents = Some(("platform", class));
        self
    }

    /// Another Worker than ours: a module in JavaScript.
    pub fn script(mut self, module: &str) -> Self {
        self.script = Some(module.to_owned());
        self
    }

    /// Another Worker than ours: `index.js` and `index_bg.wasm` from this folder.
    pub fn modules(mut self, folder: &Path) -> Self {
        self.modules = folder.to_owned();
        self
    }

    /// With a look at its memory: [`Worker::wasm_memory`].
    pub fn watched(mut self) -> Self {
        self.watched = true;
        self
    }

    /// What it logs goes nowhere: whoever measures it would measure the reader of its log too.
    pub fn unheard(mut self) -> Self {
        self.unheard = true;
        self
    }

    /// Starts it.
    pub fn start(self) -> Worker {
        Worker::start(&self)
    }
}

impl Worker {
    fn start(setup: &Setup) -> Self {
        let folder = scratch();
        let config = folder.join("config.capnp");
        std::fs::write(folder.join("platform.js"), include_str!("platform.js")).expect("a file");
        std::fs::write(folder.join("watch.js"), include_str!("watch.js")).expect("a file");
        std::fs::write(folder.join("watched.js"), include_str!("watched.js")).expect("a file");
        match &setup.script {
            Some(script) => std::fs::write(folder.join("script.js"), script).expect("a file"),
            None => ["index.js", "index_bg.wasm"].iter().for_each(|name| {
                std::fs::copy(setup.modules.join(name), folder.join(name))
                    .expect("the Worker; `npm run build` makes it");
            }),
        }
        std::fs::write(&config, capnp::config(setup)).expect("a file");
        // Its ports are told on its standard input: a pipe that it writes into.
        let (ports, told) = pipe().expect("a pipe");
        let output = || if setup.unheard { Stdio::null() } else { Stdio::piped() };
        let mut child = Command::new(workerd())
            .args(["serve", "--experimental", "--control-fd=0"])
            .arg(&config)
            .stdin(told)
            .stdout(output())
            .stderr(output())
            .spawn()
            .expect("workerd; `npm test` installs it");
        let log = Arc::new(Mutex::new(Vec::new()));
        let listening = listen(ports);
        let readers = follow(&mut child, &log);
        let mut worker = Self { child, port: 0, twin: 0, platform: 0, log, readers };
        let has_twin = setup.incidents.is_some();
        while worker.port == 0 || worker.platform == 0 || (has_twin && worker.twin == 0) {
            let line = listening.recv_timeout(START_LIMIT);
            let Ok((socket, port)) = line else {
                worker.stop();
                panic!("workerd did not start: {:#?}", worker.log());
            };
            match socket.as_str() {
                "http" => worker.port = port,
                "twin" => worker.twin = port,
                _ => worker.platform = port,
            }
        }
        let _ = std::fs::remove_dir_all(folder);
        worker
    }

    /// The port that visitors use.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The port of the other isolate.
    pub fn twin(&self) -> u16 {
        self.twin
    }

    /// The process, to measure it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// How large the Wasm's memory is, in bytes; it only ever grows. For one that is [`Setup::watched`].
    pub fn wasm_memory(&self) -> u64 {
        self.get_with("/", &[("tests-wasm-memory", "?")]).text().parse().expect("a number")
    }

    /// Has the process not ended?
    pub fn lives(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// GET.
    pub fn get(&self, target: &str) -> Reply {
        self.ask("GET", target, &[], b"")
    }

    /// GET with header fields.
    pub fn get_with(&self, target: &str, fields: &[(&str, &str)]) -> Reply {
        self.ask("GET", target, fields, b"")
    }

    /// Any request to `www.example`, on a connection of its own.
    pub fn ask(&self, method: &str, target: &str, fields: &[(&str, &str)], body: &[u8]) -> Reply {
        client::ask(self.port, method, target, fields, body)
    }

    /// All lines of output so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().expect("no panic while logging").clone()
    }

    /// The lines since the last time, which it forgets.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut *self.log.lock().expect("no panic while logging"))
    }

    /// The JSON lines of Understudy's own log so far.
    pub fn lines(&self) -> Vec<Value> {
        let all = self.log();
        all.iter().filter_map(|line| serde_json::from_str(line.get(line.find('{')?..)?).ok()).collect()
    }

    /// Ends it. What comes back is all that [`Self::lines`] can ever have.
    pub fn end(mut self) -> Vec<Value> {
        self.stop();
        self.lines()
    }

    /// Ends it, and has read all that it said.
    fn stop(&mut self) {
        let _ = self.child.kill();
        std::mem::take(&mut self.readers).into_iter().for_each(|reader| reader.join().expect("a reader of the log"));
    }

    /// Waits until the log has a line that this is true of.
    pub fn wait_for_line(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        wait_until(|| self.lines().into_iter().find(|line| wanted(line)))
    }

    /// A verb of `platform.js`.
    pub fn platform(&self, verb: Value) -> Value {
        let reply = client::ask(self.platform, "POST", "/", &[], verb.to_string().as_bytes());
        serde_json::from_slice(&reply.body).expect("JSON")
    }

    /// How often the platform was asked for this, such as `cache.put`.
    pub fn count(&self, name: &str) -> u64 {
        self.platform(json!(["counts"]))[name].as_u64().unwrap_or(0)
    }

    /// Waits until the platform has been asked for this so often: copies are written after the answer.
    pub fn wait_for(&self, name: &str, times: u64) {
        wait_until(|| (self.count(name) >= times).then_some(()));
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Asks again and again, for as long as a slow machine may need; what never comes true is a failure of the test.
pub fn wait_until<T>(mut there: impl FnMut() -> Option<T>) -> T {
    let start = std::time::Instant::now();
    loop {
        if let Some(found) = there() {
            return found;
        }
        assert!(start.elapsed() < START_LIMIT, "waited in vain");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Where it listens, by the names of its sockets.
fn listen(ports: PipeReader) -> Receiver<(String, u16)> {
    let (found, listening) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(ports).lines().map_while(Result::ok) {
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if event["event"] == "listen" {
                let port = event["port"].as_u64().and_then(|p| u16::try_from(p).ok()).expect("a port");
                let _ = found.send((event["socket"].as_str().unwrap_or_default().to_owned(), port));
            }
        }
    });
    listening
}

/// Reads the output of workerd to its end, into the log.
fn follow(child: &mut Child, log: &Arc<Mutex<Vec<String>>>) -> Vec<JoinHandle<()>> {
    let read = |output: Box<dyn std::io::Read + Send>| {
        let log = Arc::clone(log);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                log.lock().expect("no panic while logging").push(line);
            }
        })
    };
    let outputs = [child.stdout.take().map(|o| read(Box::new(o))), child.stderr.take().map(|o| read(Box::new(o)))];
    outputs.into_iter().flatten().collect()
}

/// A new folder.
pub fn scratch() -> PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("understudy-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).expect("a folder");
    folder
}

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The folder with `index.js` and `index_bg.wasm`, made by `npm run build`.
pub fn build() -> PathBuf {
    std::env::var_os("UNDERSTUDY_BUILD").map_or_else(|| root().join("build"), PathBuf::from)
}

/// The runtime, installed by `npm`.
pub fn workerd() -> PathBuf {
    if let Some(path) = std::env::var_os("UNDERSTUDY_WORKERD") {
        return path.into();
    }
    // The program itself: `.bin/workerd` is a script that would outlive the signal that ends it.
    let packages =
        std::fs::read_dir(root().join("node_modules/@cloudflare")).expect("npm packages; `npm test` installs them");
    let mut programs = packages.flatten().map(|package| package.path().join("bin/workerd"));
    programs.find(|path| path.exists()).expect("workerd; `npm test` installs it")
}

const START_LIMIT: Duration = Duration::from_secs(30);
