//! The parts of a page, which the backends send. All of them are derived from
//! the number of the user.

use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Profile {
    id: u32,
    name: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Order {
    number: u32,
    item: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Balance {
    cents: u32,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Messages {
    unread: u32,
}

pub(crate) fn profile_of(user: u32) -> Profile {
    Profile {
        id: user,
        name: format!("user {user}"),
    }
}

pub(crate) fn orders_of(user: u32) -> Vec<Order> {
    (1..=user % 4)
        .map(|order| Order {
            number: user * 10 + order,
            item: ["apples", "pears", "plums"][(user + order) as usize % 3].to_owned(),
        })
        .collect()
}

pub(crate) fn balance_of(user: u32) -> Balance {
    Balance {
        cents: user * 37 % 10_000,
    }
}

pub(crate) fn messages_of(user: u32) -> Messages {
    Messages { unread: user % 13 }
}
