//! The responses of the dashboard.

use axum::extract::State;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use tokio::sync::watch;
use tracing::{Instrument, Span, info_span};

use crate::client::{Answer, Backends};
use crate::counts::Counts;
use crate::page::{self, Page};
use crate::partial::{self, PartialPage};
use crate::query::{NoQuery, PageQuery, PartialQuery};
use crate::refusal::refuse;

pub(crate) fn router(backends: Backends, counts: watch::Receiver<Counts>) -> Router {
    Router::new()
        .route("/dashboard", get(gathered))
        .route("/dashboard/by-hand", get(by_hand))
        .route("/dashboard/partial", get(in_time))
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

/// The span of one page.
fn span(query: PageQuery) -> Span {
    info_span!("page", user = query.user)
}

async fn not_found(uri: Uri) -> Response {
    let message = format!(
        "there is nothing at `{}`: ask for `/dashboard`, `/dashboard/by-hand`, \
         `/dashboard/partial` or `/counts`",
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
