//! Real gateways in front of an origin: nginx and Apache httpd of this machine, as reverse proxies on loopback.

use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use socket2::{Domain, Socket, Type};

use super::worker::{scratch, wait_until};

/// A product.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Product {
    /// nginx.
    Nginx,
    /// Apache httpd.
    Apache,
}

/// One that runs. It ends when it is dropped.
pub struct Gateway {
    child: Child,
    port: u16,
    folder: PathBuf,
    /// Keeps the port for it, before it listens and while it does.
    _keeper: Socket,
}

impl Product {
    /// Its name in Understudy's log.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nginx => "nginx",
            Self::Apache => "Apache httpd",
        }
    }

    /// Starts it in front of an upstream. `None`, and a line that says why, where it is not installed; with `CI=true`
    /// that is a failure.
    pub fn start(self, upstream: u16) -> Option<Gateway> {
        let Some(program) = self.program() else {
            assert!(std::env::var("CI").as_deref() != Ok("true"), "{} is not installed", self.name());
            eprintln!("skipped: {} is not installed (looked for {:?})", self.name(), self.candidates());
            return None;
        };
        Some(Gateway::start(self, program, upstream))
    }

    /// Where Debian and others put it, and for httpd where its modules are.
    fn candidates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Nginx => &[("/usr/sbin/nginx", ""), ("/usr/bin/nginx", "")],
            Self::Apache => {
                &[("/usr/sbin/apache2", "/usr/lib/apache2/modules"), ("/usr/sbin/httpd", "/usr/lib64/httpd/modules")]
            }
        }
    }

    fn program(self) -> Option<(&'static str, &'static str)> {
        self.candidates().iter().copied().find(|(program, _)| Path::new(program).exists())
    }

    fn config(self, folder: &Path, modules: &str, port: u16, upstream: u16) -> String {
        let folder = folder.display();
        match self {
            // One process, so that a signal ends all of it.
            Self::Nginx => format!(
                "daemon off; master_process off; pid {folder}/pid; error_log stderr;
                 events {{ worker_connections 64; }}
                 http {{
                   access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
                   fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
                   server {{
                     listen 127.0.0.1:{port} reuseport;
                     location = /own/503 {{ return 503; }}
                     location / {{ proxy_pass http://127.0.0.1:{upstream}; proxy_read_timeout {TIMEOUT}s; }}
                   }}
                 }}"
            ),
            Self::Apache => format!(
                "ServerRoot {folder}\nDefaultRuntimeDir {folder}\nPidFile pid\nErrorLog error.log\n\
                 ServerName localhost\nListen 127.0.0.1:{port}\nListenCoresBucketsRatio 64\n\
                 User #65534\nGroup #65534\n\
                 LoadModule mpm_event_module {modules}/mod_mpm_event.so\n\
                 LoadModule authz_core_module {modules}/mod_authz_core.so\n\
                 LoadModule proxy_module {modules}/mod_proxy.so\n\
                 LoadModule proxy_http_module {modules}/mod_proxy_http.so\n\
                 LoadModule alias_module {modules}/mod_alias.so\n\
                 ProxyPass /own/ !\nRedirect 504 /own/504\n\
                 ProxyPass / http://127.0.0.1:{upstream}/ retry=0 timeout={TIMEOUT}\n"
            ),
        }
    }
}

impl Gateway {
    fn start(product: Product, (program, modules): (&str, &str), upstream: u16) -> Self {
        let folder = scratch();
        let keeper = keeper();
        let address = keeper.local_addr().expect("an address").as_socket().expect("of IP");
        let config = folder.join("config");
        fs::write(&config, product.config(&folder, modules, address.port(), upstream)).expect("a file");
        let output = File::create(folder.join("output")).expect("a file");
        let mut command = Command::new(program);
        match product {
            Product::Nginx => command.arg("-p").arg(&folder).arg("-e").arg("stderr").arg("-c").arg(&config),
            // One process here too.
            Product::Apache => command.arg("-X").arg("-d").arg(&folder).arg("-f").arg(&config),
        };
        let output_too = output.try_clone().expect("a file");
        let child = command.stdin(Stdio::null()).stdout(output).stderr(output_too).spawn().expect("a gateway");
        let mut gateway = Self { child, port: address.port(), folder, _keeper: keeper };
        wait_until(|| {
            if let Ok(Some(status)) = gateway.child.try_wait() {
                panic!("{program}: {status}\n{}", gateway.log());
            }
            TcpStream::connect(address).ok()
        });
        gateway
    }

    /// Where it listens.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// What it says itself.
    pub fn log(&self) -> String {
        let read = |name| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        read("output") + &read("error.log")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// A socket that takes a free port without listening; with `SO_REUSEPORT` on both, another one can listen there.
fn keeper() -> Socket {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_reuse_address(true).expect("an option");
    socket.set_reuse_port(true).expect("an option");
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).expect("a free port");
    socket
}

/// How long it waits for its upstream, in seconds.
const TIMEOUT: u32 = 1;
