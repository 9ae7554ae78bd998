//! How does a port refuse connections, and then accept them again, without another process taking it in between?
//!
//! A second socket is bound to the same port, which does not listen: it keeps the port, and the kernel refuses
//! connections. To mend, that socket begins to listen.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use super::connection;
use super::shared::{Shared, Side};

/// A port of the origin.
#[derive(Debug)]
pub struct Gate {
    side: Side,
    address: SocketAddr,
    acceptor: Mutex<Acceptor>,
}

#[derive(Debug)]
enum Acceptor {
    Open {
        thread: JoinHandle<()>,
        closing: Arc<AtomicBool>,
    },
    /// The socket keeps the port.
    Shut(Option<Socket>),
}

impl Gate {
    /// Takes a port on loopback, any free one for 0. It refuses connections until it is opened.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn new(side: Side, port: u16) -> io::Result<Self> {
        let socket = bound(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))?;
        let address = socket.local_addr()?.as_socket().ok_or(io::ErrorKind::AddrNotAvailable)?;
        // `SO_REUSEPORT` would let two origins share a port without a word.
        if port != 0 && TcpStream::connect_timeout(&address, PATIENCE).is_ok() {
            return Err(io::ErrorKind::AddrInUse.into());
        }
        Ok(Self { side, address, acceptor: Mutex::new(Acceptor::Shut(Some(socket))) })
    }

    /// Its number.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.address.port()
    }

    /// Accepts connections; each gets its thread.
    ///
    /// # Errors
    /// When the system does not let it listen.
    pub fn open(&self, shared: &Arc<Shared>) -> io::Result<()> {
        let mut acceptor = self.acceptor.lock().unwrap_or_else(PoisonError::into_inner);
        let Acceptor::Shut(socket) = &mut *acceptor else { return Ok(()) };
        let socket = socket.take().map_or_else(|| bound(self.address), Ok)?;
        socket.listen(BACKLOG)?;
        let listener = TcpListener::from(socket);
        let closing = Arc::new(AtomicBool::new(false));
        let (shared, side, flag) = (Arc::clone(shared), self.side, Arc::clone(&closing));
        let thread = thread::Builder::new().spawn(move || accept(&listener, &shared, side, &flag))?;
        *acceptor = Acceptor::Open { thread, closing };
        Ok(())
    }

    /// Refuses connections from now on; when it returns, they are refused.
    ///
    /// # Errors
    /// When the port cannot be kept.
    pub fn close(&self) -> io::Result<()> {
        let mut acceptor = self.acceptor.lock().unwrap_or_else(PoisonError::into_inner);
        if let Acceptor::Shut(_) = *acceptor {
            return Ok(());
        }
        let keeper = Acceptor::Shut(Some(bound(self.address)?));
        if let Acceptor::Open { thread, closing } = std::mem::replace(&mut *acceptor, keeper) {
            closing.store(true, Ordering::SeqCst);
            // `accept` has no other way to wake up. If this fails, so many wait that it is awake.
            let _ = TcpStream::connect_timeout(&self.address, PATIENCE);
            // It does not panic, and there would be nothing to do about it.
            let _ = thread.join();
        }
        Ok(())
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>, side: Side, closing: &AtomicBool) {
    for stream in listener.incoming() {
        if closing.load(Ordering::SeqCst) {
            return;
        }
        // A client that is gone already, or no file descriptors left: the next one may have more luck.
        let Ok(stream) = stream else { continue };
        let shared = Arc::clone(shared);
        let _ = thread::Builder::new().spawn(move || connection::serve(&shared, stream, side));
    }
}

fn bound(address: SocketAddr) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_reuse_address(true)?;
    #[cfg(unix)]
    socket.set_reuse_port(true)?;
    socket.bind(&address.into())?;
    Ok(socket)
}

const BACKLOG: i32 = 1024;
const PATIENCE: Duration = Duration::from_secs(5);
