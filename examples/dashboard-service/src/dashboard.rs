//! The responses of the dashboard.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures_util::StreamExt;
use tokio::sync::watch;
use tracing::{Instrument, Span, info_span};

use crate::client::{Answer, Backends};
use crate::counts::Counts;
use crate::page::{self, Page};
use crate::partial::{self, PartialPage};
use crate::query::{NoQuery, PageQuery, PartialQuery, StreamQuery};
use crate::refusal::refuse;
use crate::stream;

pub(crate) fn router(backends: Backends, counts: watch::Receiver<Counts>) -> Router {
    Router::new()
        .route("/dashboard", get(gathered))
        .route("/dashboard/by-hand", get(by_hand))
        .route("/dashboard/partial", get(in_time))
        .route("/dashboard/stream", get(streamed))
        .with_state(backends)
        .route(
            "/counts",
            get(async move |_: NoQuery| Json(*counts.borrow())),
        )
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
}

async fn gathered(State(backends): State<Backends>, query: PageQuery) -> Answer<Json<Page>> {
    let page = page::gathered(&backends, query);
    page.instrument(span(query)).await.map(Json)
}

async fn by_hand(State(backends): State<Backends>, query: PageQuery) -> Answer<Json<Page>> {
    let page = page::by_hand(&backends, query);
    page.instrument(span(query)).await.map(Json)
}

async fn in_time(State(backends): State<Backends>, query: PartialQuery) -> Json<PartialPage> {
    let page = partial::in_time(&backends, query);
    Json(page.instrument(span(query.page)).await)
}

/// Each part is a line of JSON. A panic breaks off the response, so the client can see
/// that it is incomplete.
async fn streamed(State(backends): State<Backends>, query: StreamQuery) -> Response {
    let parts = span(query.page).in_scope(|| stream::streamed(backends, query));
    let lines = parts.map(|part| {
        serde_json::to_vec(&part).map(|mut line| {
            line.push(b'\n');
            line
        })
    });
    let headers = [(CONTENT_TYPE, "application/x-ndjson")];
    (headers, Body::from_stream(lines)).into_response()
}

/// The span of one page.
fn span(query: PageQuery) -> Span {
    info_span!("page", user = query.user)
}

async fn not_found(uri: Uri) -> Response {
    let message = format!(
        "there is nothing at `{}`: ask for `/dashboard`, `/dashboard/by-hand`, \
         `/dashboard/partial`, `/dashboard/stream` or `/counts`",
        uri.path()
    );
    refuse(StatusCode::NOT_FOUND, message)
}

async fn not_allowed() -> Response {
    refuse(
        StatusCode::METHOD_NOT_ALLOWED,
        String::from("there is nothing to change here: ask with `GET`"),
    )
}
