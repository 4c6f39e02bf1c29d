//! The dashboard and its backends, started together.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use gather::{Gather, try_gather};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tracing::info;

use crate::backend::Backend;
use crate::client::Backends;
use crate::counts::Counts;
use crate::dashboard;

/// How many bytes the kernel buffers for a client that does not read them. By default it buffers
/// megabytes, so a stream would notice a slow client only after tens of thousands of parts.
const SEND_BUFFER: u32 = 16 * 1024;

/// The running dashboard and its four backends.
///
/// Dropping it stops them: they accept no more connections.
#[derive(Debug)]
pub struct Service {
    address: SocketAddr,
    backends: [SocketAddr; 4],
    counts: watch::Receiver<Counts>,
    servers: Gather<io::Result<((), Vec<()>)>>,
}

impl Service {
    /// Starts the dashboard at this address, and each backend at a free port of the loopback.
    ///
    /// # Errors
    ///
    /// If the service cannot listen at an address, or cannot make a client of the backends.
    pub async fn start(address: SocketAddr) -> io::Result<Service> {
        let front = listen(address)?;
        let bind = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
        let listeners = try_gather!([bind(), bind(), bind(), bind()]).await?;

        let address = front.local_addr()?;
        info!("the dashboard is at http://{address}/dashboard?user=7");
        let mut behind = [address; 4];
        for ((backend, listener), address) in
            Backend::ALL.into_iter().zip(&listeners).zip(&mut behind)
        {
            *address = listener.local_addr()?;
            info!("the backend `{backend}` is at http://{address}/?user=7");
        }

        let backends = Backends::at(behind).map_err(io::Error::other)?;
        let (sender, counts) = watch::channel(Counts::default());
        let servers = Backend::ALL
            .into_iter()
            .zip(listeners)
            .map(move |(backend, listener)| axum::serve(listener, backend.router(sender.clone())));
        let servers = try_gather!(
            axum::serve(front, dashboard::router(backends, counts.clone())),
            ..servers
        );
        Ok(Service {
            address,
            backends: behind,
            counts,
            servers,
        })
    }

    /// The address of the dashboard.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The addresses of the backends: `profile`, `orders`, `balance` and `messages`.
    #[must_use]
    pub fn backends(&self) -> [SocketAddr; 4] {
        self.backends
    }

    /// How the calls to the backends have ended, as it changes.
    #[must_use]
    pub fn counts(&self) -> watch::Receiver<Counts> {
        self.counts.clone()
    }

    /// Serves until one of the five servers fails.
    ///
    /// # Errors
    ///
    /// The error of that server. The others stop.
    pub async fn run(self) -> io::Result<()> {
        self.servers.await.map(drop)
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    // As `TcpListener::bind` does. On Windows, two services could then have the same address.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    // The sockets of the connections inherit this size.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(1024)
}
