//! The page, built in two ways.

use std::panic::resume_unwind;

use gather::try_gather;
use serde::Serialize;
use tokio::task::JoinError;

use crate::client::{Answer, Backends};
use crate::parts::{Balance, Messages, Order, Profile};
use crate::query::PageQuery;

#[derive(Debug, Serialize)]
pub(crate) struct Page {
    profile: Profile,
    orders: Vec<Order>,
    balance: Balance,
    messages: Messages,
}

/// The first failure stops the other calls, and so does a client that hangs up.
pub(crate) async fn gathered(backends: &Backends, query: PageQuery) -> Answer<Page> {
    try_gather!(Page {
        profile: backends.profile(query),
        orders: backends.orders(query),
        balance: backends.balance(query),
        messages: backends.messages(query),
    })
    .await
}

/// A failure is returned only once the other calls have ended, and the calls of a client that hung
/// up keep running.
pub(crate) async fn by_hand(backends: &Backends, query: PageQuery) -> Answer<Page> {
    let profile = tokio::spawn(backends.profile(query));
    let orders = tokio::spawn(backends.orders(query));
    let balance = tokio::spawn(backends.balance(query));
    let messages = tokio::spawn(backends.messages(query));
    let (profile, orders, balance, messages) = tokio::join!(profile, orders, balance, messages);
    Ok(Page {
        profile: flatten(profile)?,
        orders: flatten(orders)?,
        balance: flatten(balance)?,
        messages: flatten(messages)?,
    })
}

fn flatten<T>(joined: Result<Answer<T>, JoinError>) -> Answer<T> {
    joined.unwrap_or_else(|error| resume_unwind(error.into_panic()))
}
