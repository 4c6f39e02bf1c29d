//! The dashboard and its backends, started together.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};

use gather::{Gather, try_gather};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tracing::info;

use crate::backend::Backend;
use crate::client::Backends;
use crate::counts::Counts;
use crate::dashboard;

/// The dashboard and its four backends, which are running.
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
        let front = TcpListener::bind(address).await?;
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

    /// Where the dashboard is.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the backends are: `profile`, `orders`, `balance` and `messages`.
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
