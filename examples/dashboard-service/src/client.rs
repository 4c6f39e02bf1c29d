//! Calling the backends.

use std::error::Error;
use std::fmt;
use std::net::SocketAddr;

use reqwest::{Client, StatusCode};
use serde::de::DeserializeOwned;
use tracing::debug;

use crate::backend::Backend;
use crate::parts::{Balance, Messages, Order, Profile};
use crate::query::PageQuery;

/// The backends, as the dashboard knows them.
#[derive(Clone, Debug)]
pub(crate) struct Backends {
    http: Client,
    /// In the order of [`Backend::ALL`].
    addresses: [SocketAddr; 4],
}

pub(crate) type Answer<T> = Result<T, BackendError>;

impl Backends {
    pub(crate) fn at(addresses: [SocketAddr; 4]) -> reqwest::Result<Self> {
        // The backends are on this machine, where no proxy could reach them.
        let http = Client::builder().no_proxy().build()?;
        Ok(Backends { http, addresses })
    }

    pub(crate) fn profile(
        &self,
        query: PageQuery,
    ) -> impl Future<Output = Answer<Profile>> + use<> {
        self.call(Backend::Profile, query)
    }

    pub(crate) fn orders(
        &self,
        query: PageQuery,
    ) -> impl Future<Output = Answer<Vec<Order>>> + use<> {
        self.call(Backend::Orders, query)
    }

    pub(crate) fn balance(
        &self,
        query: PageQuery,
    ) -> impl Future<Output = Answer<Balance>> + use<> {
        self.call(Backend::Balance, query)
    }

    pub(crate) fn messages(
        &self,
        query: PageQuery,
    ) -> impl Future<Output = Answer<Messages>> + use<> {
        self.call(Backend::Messages, query)
    }

    /// Calls a backend. The future owns everything that it needs, so that it can be a task.
    fn call<T: DeserializeOwned>(
        &self,
        backend: Backend,
        query: PageQuery,
    ) -> impl Future<Output = Answer<T>> + use<T> {
        let address = self.addresses[backend as usize];
        let panics = query.panics == Some(backend);
        let call = self
            .http
            .get(format!("http://{address}/"))
            .query(&[("user", query.user)])
            .query(&query.troubles[backend as usize]);
        async move {
            let fail = |problem| BackendError { backend, problem };
            debug!("asking");
            let answer = call
                .send()
                .await
                .map_err(|error| fail(Problem::Unreachable(error)))?;
            debug!("answered {}", answer.status());
            assert!(!panics, "`{backend}` is to panic, by request");
            if !answer.status().is_success() {
                return Err(fail(Problem::Status(answer.status())));
            }
            answer
                .json()
                .await
                .map_err(|error| fail(Problem::Unreadable(error)))
        }
    }
}

/// A backend could not be reached, failed, or sent something unreadable.
#[derive(Debug)]
pub(crate) struct BackendError {
    backend: Backend,
    problem: Problem,
}

#[derive(Debug)]
enum Problem {
    Unreachable(reqwest::Error),
    Status(StatusCode),
    Unreadable(reqwest::Error),
}

impl fmt::Display for BackendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let backend = self.backend;
        match &self.problem {
            Problem::Unreachable(error) => write!(f, "`{backend}` cannot be reached: {error}"),
            Problem::Status(status) => write!(f, "`{backend}` answered {status}"),
            Problem::Unreadable(_) => write!(f, "`{backend}` sent an answer that cannot be read"),
        }
    }
}

impl Error for BackendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.problem {
            Problem::Unreachable(error) | Problem::Unreadable(error) => Some(error),
            Problem::Status(_) => None,
        }
    }
}
