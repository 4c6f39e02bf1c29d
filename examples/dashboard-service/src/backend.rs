//! The four services behind the dashboard. Each is a server of its own.

use std::fmt;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::sleep;

use crate::counts::{Call, Counts};
use crate::parts::{balance_of, messages_of, orders_of, profile_of};
use crate::query::CallQuery;
use crate::trouble::Failure;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Backend {
    Profile,
    Orders,
    Balance,
    Messages,
}

impl Backend {
    pub(crate) const ALL: [Backend; 4] = [
        Backend::Profile,
        Backend::Orders,
        Backend::Balance,
        Backend::Messages,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Backend::Profile => "profile",
            Backend::Orders => "orders",
            Backend::Balance => "balance",
            Backend::Messages => "messages",
        }
    }

    /// What this backend serves: `/?user=7&delay_ms=250&fails=error`.
    pub(crate) fn router(self, counts: watch::Sender<Counts>) -> Router {
        Router::new()
            .route("/", get(answer))
            .with_state((self, counts))
    }

    fn part_of(self, user: u32) -> Response {
        match self {
            Backend::Profile => Json(profile_of(user)).into_response(),
            Backend::Orders => Json(orders_of(user)).into_response(),
            Backend::Balance => Json(balance_of(user)).into_response(),
            Backend::Messages => Json(messages_of(user)).into_response(),
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

async fn answer(
    State((backend, counts)): State<(Backend, watch::Sender<Counts>)>,
    CallQuery { user, trouble }: CallQuery,
) -> Response {
    // When the caller hangs up, the server drops this future, and the call with it.
    let call = Call::begin(backend, counts);
    sleep(trouble.delay()).await;
    let answer = match trouble.fails {
        None => backend.part_of(user),
        Some(Failure::Error) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Some(Failure::Garbage) => "garbage".into_response(),
    };
    call.finish();
    answer
}
