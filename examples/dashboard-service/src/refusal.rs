//! How the service says no: a status, and an `error` that says why.

use std::error::Error;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use tracing::warn;

use crate::client::BackendError;
use crate::query::BadQuery;

#[derive(Serialize)]
struct Refusal {
    error: String,
}

pub(crate) fn refuse(status: StatusCode, error: String) -> Response {
    (status, Json(Refusal { error })).into_response()
}

impl IntoResponse for BadQuery {
    fn into_response(self) -> Response {
        refuse(StatusCode::BAD_REQUEST, self.to_string())
    }
}

impl IntoResponse for BackendError {
    fn into_response(self) -> Response {
        warn!(error = &self as &dyn Error, "page failed");
        refuse(StatusCode::BAD_GATEWAY, self.to_string())
    }
}
