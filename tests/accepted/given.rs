//! What the generated functions call.

use std::rc::Rc;

use gather::BranchError;
use tokio::runtime::Handle;

/// The error of most branches, and that of a call with `error = Wide`.
macro_rules! errors {
    ($($error:ident from $($other:ident)*;)*) => {
        $(
            #[derive(Debug)]
            pub struct $error;

            impl From<BranchError> for $error {
                fn from(_: BranchError) -> Self {
                    $error
                }
            }

            $(
                impl From<$other> for $error {
                    fn from(_: $other) -> Self {
                        $error
                    }
                }
            )*
        )*
    };
}

errors! {
    Failed from Other;
    Other from;
    Wide from Failed Other;
}

pub struct Page<A, B> {
    pub first: A,
    pub second: B,
}

pub struct One<A>(pub A);

pub struct Pair<A, B>(pub A, pub B);

pub async fn value<T>(value: T) -> T {
    value
}

pub async fn ok<T>(value: T) -> Result<T, Failed> {
    Ok(value)
}

pub async fn other<T>(value: T) -> Result<T, Other> {
    Ok(value)
}

pub async fn wide<T>(value: T) -> Result<T, Wide> {
    Ok(value)
}

pub fn parsed<T>(value: T) -> Result<T, Failed> {
    Ok(value)
}

/// What can be awaited without being a future.
pub struct Request<F>(F);

pub fn request<F>(future: F) -> Request<F> {
    Request(future)
}

impl<F: Future> IntoFuture for Request<F> {
    type Output = F::Output;
    type IntoFuture = F;

    fn into_future(self) -> F {
        self.0
    }
}

/// What only branches `here` can use: it is borrowed, and not `Send`.
pub struct Client(Rc<()>);

impl Client {
    pub async fn value<T>(&self, value: T) -> T {
        drop(Rc::clone(&self.0));
        value
    }

    pub async fn ok<T>(&self, value: T) -> Result<T, Failed> {
        Ok(self.value(value).await)
    }
}

pub fn numbers() -> Vec<u8> {
    vec![1, 2]
}

pub fn yes() -> bool {
    true
}

pub fn two() -> usize {
    2
}

pub fn handle() -> Handle {
    Handle::current()
}

pub fn base<T>() -> T {
    unreachable!("the functions are only compiled")
}
