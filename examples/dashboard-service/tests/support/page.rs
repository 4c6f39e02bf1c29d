//! What to ask for, and what the answers should be.

use serde_json::{Value, json};

/// The names of the backends.
pub(crate) const BACKENDS: [&str; 4] = ["profile", "orders", "balance", "messages"];

/// The ways to build a page, each as the beginning of a request.
pub(crate) const GATHERED: &str = "/dashboard?user=";
pub(crate) const BY_HAND: &str = "/dashboard/by-hand?user=";
pub(crate) const PARTIAL: &str = "/dashboard/partial?timeout_ms=10000&user=";

const ITEMS: [&str; 3] = ["apples", "pears", "plums"];

/// The parameters that give each backend a delay, in milliseconds.
pub(crate) fn delays([profile, orders, balance, messages]: [usize; 4]) -> String {
    format!(
        "&profile_delay_ms={profile}&orders_delay_ms={orders}\
         &balance_delay_ms={balance}&messages_delay_ms={messages}"
    )
}

/// What each backend answers about a user.
pub(crate) fn parts_of(user: usize) -> [Value; 4] {
    let orders = (1..=user % 4)
        .map(|order| json!({ "number": user * 10 + order, "item": ITEMS[(user + order) % 3] }));
    [
        json!({ "id": user, "name": format!("user {user}") }),
        orders.collect(),
        json!({ "cents": user * 37 % 10_000 }),
        json!({ "unread": user % 13 }),
    ]
}

/// The answer that consists of these parts.
pub(crate) fn page(parts: [Value; 4]) -> (u16, Value) {
    let parts = BACKENDS.map(String::from).into_iter().zip(parts);
    (200, Value::Object(parts.collect()))
}

/// The answer that is the whole page of a user.
pub(crate) fn page_of(user: usize) -> (u16, Value) {
    page(parts_of(user))
}

/// The answer that is the whole page of a user, in the form for pages that may lack parts.
pub(crate) fn ready_page_of(user: usize) -> (u16, Value) {
    page(parts_of(user).map(ready))
}

/// A part that was ready in time.
pub(crate) fn ready(part: Value) -> Value {
    Value::Object([(String::from("ready"), part)].into_iter().collect())
}

/// The answer that refuses a request and says why.
pub(crate) fn refusal(status: u16, error: &str) -> (u16, Value) {
    (status, json!({ "error": error }))
}
