//! The parts of pages, one by one, as their backends answer.

use futures_util::{Stream, StreamExt};
use gather::gather_each;
use serde::Serialize;

use crate::backend::Backend;
use crate::client::{Answer, Backends};
use crate::partial::Part;
use crate::parts::{Balance, Messages, Order, Profile};
use crate::query::{PageQuery, StreamQuery};

/// What became of one part of one user's page.
#[derive(Debug, Serialize)]
pub(crate) struct StreamedPart {
    user: u32,
    part: Backend,
    #[serde(flatten)]
    outcome: Part<AnyPart>,
}

/// The branches of `gather_each!` return one type.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum AnyPart {
    Profile(Profile),
    Orders(Vec<Order>),
    Balance(Balance),
    Messages(Messages),
}

/// A failure stops nothing. When the client hangs up, the server drops the stream, which stops the
/// calls. While no parts are taken from the stream, no new calls begin.
pub(crate) fn streamed(
    backends: Backends,
    query: StreamQuery,
) -> impl Stream<Item = StreamedPart> + use<> {
    let calls = query.pages().flat_map(move |page| {
        let backends = backends.clone();
        Backend::ALL.map(move |part| ((page.user, part), any_part(backends.clone(), part, page)))
    });
    let parts = gather_each!(limit = query.limit; ..calls);
    parts.map(|(_, ((user, part), answer))| StreamedPart {
        user,
        part,
        outcome: answer.into(),
    })
}

async fn any_part(backends: Backends, part: Backend, page: PageQuery) -> Answer<AnyPart> {
    Ok(match part {
        Backend::Profile => AnyPart::Profile(backends.profile(page).await?),
        Backend::Orders => AnyPart::Orders(backends.orders(page).await?),
        Backend::Balance => AnyPart::Balance(backends.balance(page).await?),
        Backend::Messages => AnyPart::Messages(backends.messages(page).await?),
    })
}
