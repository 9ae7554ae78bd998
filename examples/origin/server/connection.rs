//! What happens on one connection? Requests are read, answered and written down, until one side has enough.

use std::io::{self, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use socket2::SockRef;

use super::journal::Ended;
use super::reply::{End, Reply};
use super::request::Request;
use super::shared::{Plan, Shared, Side};
use super::target::{Query, Target};
use super::{control, fault, pages, websocket};

/// A request on its connection, ready to be answered.
pub struct Exchange<'a> {
    /// The origin.
    pub shared: &'a Arc<Shared>,
    /// The socket.
    pub stream: &'a TcpStream,
    /// What came.
    pub request: &'a Request,
    /// The first bytes of its body.
    pub body: &'a [u8],
    /// The length and the hash of its body.
    pub upload: (u64, String),
}

impl Exchange<'_> {
    /// Delivers a reply as this request wants it.
    ///
    /// # Errors
    /// When the client is gone.
    pub fn send(&self, reply: &Reply) -> io::Result<End> {
        reply.send(self.shared, self.stream, self.request.method == "HEAD", self.request.keeps_alive())
    }
}

/// Serves a connection to its end.
pub fn serve(shared: &Arc<Shared>, stream: TcpStream, side: Side) {
    // Without this, small writes wait for each other.
    let _ = stream.set_nodelay(true);
    let stream = Arc::new(stream);
    let Some(id) = shared.connected(side, &stream) else { return };
    let end = converse(shared, &stream, side, id).unwrap_or(End::Gone);
    match end {
        End::Reset => drop(SockRef::from(&*stream).set_linger(Some(Duration::ZERO))),
        End::Close | End::Finish => close(&stream),
        End::Keep | End::Gone => {}
    }
    // The other owner is the list of connections: the socket closes here.
    drop(stream);
    shared.disconnected(id);
}

fn converse(shared: &Arc<Shared>, stream: &TcpStream, side: Side, connection: u64) -> io::Result<End> {
    let mut input = BufReader::with_capacity(64 * 1024, stream);
    loop {
        let request = match Request::read(&mut input) {
            Ok(Some(request)) => request,
            Ok(None) => return Ok(End::Gone),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                let refusal = Reply::new(400, "text/plain", format!("malformed {error}\n"));
                refusal.send(shared, stream, false, false)?;
                return Ok(End::Close);
            }
            Err(error) => return Err(error),
        };
        let end = exchange(shared, stream, &mut input, side, connection, &request)?;
        if end != End::Keep {
            return Ok(end);
        }
    }
}

fn exchange(
    shared: &Arc<Shared>,
    mut stream: &TcpStream,
    input: &mut BufReader<&TcpStream>,
    side: Side,
    connection: u64,
    request: &Request,
) -> io::Result<End> {
    let is_control = control::is_control(&request.target);
    // Control leaves no trace in the journal that tests count with.
    let id =
        (!is_control && side == Side::Main).then(|| shared.change(|state| state.journal.arrived(request, connection)));
    let note = |ended| {
        if let Some(id) = id {
            shared.change(|state| state.journal.ended(id, ended));
        }
    };
    if request.expects_continue() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let digest = request.read_body(input).inspect_err(|_| note(Ended::Abandoned))?;
    let (body, upload) = (digest.start.clone(), (digest.len, digest.hash.hex()));
    if let Some(id) = id {
        shared.change(|state| state.journal.body(id, digest));
    }
    let exchange = Exchange { shared, stream, request, body: &body, upload };
    let end = if is_control {
        control::answer(&exchange, connection)
    } else {
        let plan = shared.change(|state| state.plan(&request.target, side));
        answer(&exchange, &plan, input.buffer())
    };
    note(match end {
        Ok(End::Keep | End::Close) => Ended::Answered,
        Ok(End::Finish | End::Reset) => Ended::Broken,
        Ok(End::Gone) | Err(_) => Ended::Abandoned,
    });
    end
}

fn answer(exchange: &Exchange, plan: &Plan, read_ahead: &[u8]) -> io::Result<End> {
    let Plan { target, switched } = plan;
    if let Some(name) = target.path.strip_prefix("/fault/") {
        return fault::answer(exchange, name, &target.query, switched.as_ref());
    }
    if let Some(well) = target.when_well() {
        return flaky(exchange, &target.query, &well);
    }
    if target.path == "/ws" && exchange.request.lists("upgrade", "websocket") {
        return websocket::answer(exchange, read_ahead);
    }
    exchange.send(&pages::page(exchange, target))
}

/// Fails `n` times for each `key`, in the way of `fault` or with `status`, and then is well; `again=1`: in turns.
fn flaky(exchange: &Exchange, query: &Query, well: &Target) -> io::Result<End> {
    let key = format!("/flaky {}", query.text("key").unwrap_or_default());
    let n = query.number("n").unwrap_or(1);
    let mut tally = exchange.shared.change(|state| state.tally(&key));
    if query.on("again") {
        tally %= n.saturating_add(1);
    }
    if tally < n {
        let fault = query.text("fault").or_else(|| query.text("status")).unwrap_or_else(|| "502".to_owned());
        return fault::answer(exchange, &fault, &query.only(&["as", "code", "retry-after"]), None);
    }
    exchange.send(&pages::page(exchange, well))
}

/// Closes so that the client gets all that was written: bytes that nobody read would make the kernel send a reset,
/// which may overtake the answer.
fn close(mut stream: &TcpStream) {
    let _ = stream.shutdown(Shutdown::Write);
    let _ = stream.set_read_timeout(Some(LINGER));
    let mut buffer = [0; 4096];
    while stream.read(&mut buffer).is_ok_and(|len| len > 0) {}
}

const LINGER: Duration = Duration::from_secs(2);
