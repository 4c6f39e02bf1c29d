//! As much of the page as is ready in time.

use gather::{BranchError, gather_settled};
use serde::Serialize;
use tokio::time::timeout;

use crate::client::{Answer, Backends};
use crate::parts::{Balance, Messages, Order, Profile};
use crate::query::PartialQuery;

#[derive(Debug, Serialize)]
pub(crate) struct PartialPage {
    profile: Part<Profile>,
    orders: Part<Vec<Order>>,
    balance: Part<Balance>,
    messages: Part<Messages>,
}

/// What became of one part of the page.
#[derive(Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part<T> {
    Ready(T),
    Failed(String),
    TimedOut,
}

/// Takes the parts that are ready when the time is up, and stops the rest.
pub(crate) async fn in_time(backends: &Backends, query: PartialQuery) -> PartialPage {
    let PartialQuery { page, time } = query;
    let mut parts = gather_settled!(
        backends.profile(page),
        backends.orders(page),
        backends.balance(page),
        backends.messages(page),
    );
    let (profile, orders, balance, messages) = match timeout(time, &mut parts).await {
        Ok(outcomes) => outcomes,
        Err(_) => parts
            .abort()
            .await
            .expect("it has an outcome of each branch"),
    };
    PartialPage {
        profile: profile.into(),
        orders: orders.into(),
        balance: balance.into(),
        messages: messages.into(),
    }
}

impl<T> From<Answer<T>> for Part<T> {
    fn from(answer: Answer<T>) -> Self {
        match answer {
            Ok(part) => Part::Ready(part),
            Err(error) => Part::Failed(error.to_string()),
        }
    }
}

impl<T> From<Result<Answer<T>, BranchError>> for Part<T> {
    fn from(outcome: Result<Answer<T>, BranchError>) -> Self {
        match outcome {
            Ok(answer) => answer.into(),
            Err(error) if error.is_cancelled() => Part::TimedOut,
            Err(error) => Part::Failed(error.to_string()),
        }
    }
}
