//! A running service, and requests to it.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use dashboard_service::{Counts, Service};
use reqwest::{Client, Method, Response};
use serde_json::Value;
use tokio::time::timeout;

/// How long a test waits for what must happen soon.
const PATIENCE: Duration = Duration::from_secs(60);

/// A test's own service, and a client for it.
pub(crate) struct Live {
    pub(crate) service: Service,
    http: Client,
}

impl Live {
    pub(crate) async fn start() -> Self {
        let service = Service::start(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            .await
            .expect("there are free ports");
        let http = Client::builder().no_proxy().build().expect("a client");
        Live { service, http }
    }

    /// An answer whose body has yet to be read. If the connection breaks before the
    /// answer, this is an error.
    pub(crate) fn send(
        &self,
        method: Method,
        address: SocketAddr,
        path: &str,
    ) -> impl Future<Output = reqwest::Result<Response>> + use<> {
        let request = self.http.request(method, format!("http://{address}{path}"));
        async move {
            timeout(PATIENCE, request.send())
                .await
                .expect("there is an answer")
        }
    }

    /// The status and the body of an answer.
    pub(crate) fn request(
        &self,
        method: Method,
        address: SocketAddr,
        path: &str,
    ) -> impl Future<Output = (u16, String)> + use<> {
        let answer = self.send(method, address, path);
        async move {
            let answer = answer.await.expect("it is HTTP");
            let status = answer.status().as_u16();
            (status, answer.text().await.expect("it has a body"))
        }
    }

    /// The status and the JSON of the dashboard's answer.
    pub(crate) fn get(&self, path: &str) -> impl Future<Output = (u16, Value)> + use<> {
        let answer = self.request(Method::GET, self.service.address(), path);
        async move {
            let (status, body) = answer.await;
            (status, serde_json::from_str(&body).expect("it is JSON"))
        }
    }

    /// Waits until the counts of the backends satisfy `so`.
    pub(crate) async fn counted(&self, so: impl FnMut(&Counts) -> bool) -> Counts {
        let mut counts = self.service.counts();
        *timeout(PATIENCE, counts.wait_for(so))
            .await
            .unwrap_or_else(|_| panic!("they counted {:?}", *self.service.counts().borrow()))
            .expect("the service is there")
    }

    /// Waits until no backend is working on a call.
    pub(crate) async fn quiet(&self) -> Counts {
        self.counted(|counts| counts.in_flight() == 0).await
    }
}
