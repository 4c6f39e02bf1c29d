//! Names that a lint could object to if the expansion used them.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use gather::{Gather, gather};

use crate::branches::value;

macro_rules! functions {
    ($($name:ident)*) => {
        $(
            /// A number, after a while.
            pub async fn $name() -> u8 {
                value(1).await
            }
        )*
    };
}

functions!(a b c d e f g h get_user get_users user_got __get r#type loop_ group slots results base);

/// A future in a constant.
pub const READY: Now = Now(1);

/// A future that is ready.
#[derive(Clone, Copy, Debug)]
pub struct Now(u8);

impl Future for Now {
    type Output = u8;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<u8> {
        Poll::Ready(self.0)
    }
}

/// Short, similar, raw and reserved names.
pub fn functions() -> Gather<[u8; 20]> {
    gather!([
        a(),
        b(),
        c(),
        d(),
        e(),
        f(),
        g(),
        h(),
        get_user(),
        get_users(),
        user_got(),
        __get(),
        r#type(),
        loop_(),
        group(),
        slots(),
        results(),
        base(),
        READY,
        READY,
    ])
}

/// The same in a tuple.
pub fn in_a_tuple() -> Gather<(u8, u8, u8, u8, u8, u8, u8, u8, u8)> {
    gather!(a(), b(), c(), d(), e(), f(), g(), h(), r#type())
}

/// Fields with such names.
#[derive(Clone, Copy, Debug, Default)]
pub struct Fields {
    /// A keyword.
    pub r#type: u8,
    /// A name that resembles one of the expansion's own.
    pub group: u8,
    /// Another.
    pub slots: u8,
    /// Short.
    pub a: u8,
    /// Short.
    pub b: u8,
    /// Marked as unused.
    _kept: u8,
}

/// A struct of them.
pub fn fields() -> Gather<Fields> {
    let (a, group) = (a(), group());
    gather!(Fields {
        r#type: r#type(),
        group,
        slots: slots(),
        a,
        b: b(),
        _kept: c()
    })
}

/// Names that the caller already uses. None is shadowed or left unused.
pub async fn variables() -> u8 {
    let group = 1_u8;
    let slots = value(group);
    let base = value(group);
    let (a, b, c) = gather!(slots, base, async move { group }).await;
    a + b + c + group
}
