//! Calls in every kind of place.

use std::fmt::Debug;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::LazyLock;

use gather::{Each, Gather, gather, gather_each, gather_settled, try_gather};
use tokio::runtime::Handle;

use crate::branches::{result, value};

/// In a generic function.
pub fn generic<F, T, const N: usize>(futures: [F; N], last: F) -> Gather<(Vec<T>, T)>
where
    F: IntoFuture<Output = T, IntoFuture: Send + 'static>,
    T: Send + 'static,
{
    gather!(..futures, last)
}

/// In a generic function that can fail.
pub fn generic_results<F, T, E>(future: F) -> Gather<Result<[T; 1], E>>
where
    F: Future<Output = Result<T, E>> + Send + 'static,
    T: Send + 'static,
    E: Send + 'static,
{
    try_gather!([future])
}

/// In a function with arguments of any type.
pub fn anonymous(
    future: impl Future<Output: Send + 'static> + Send + 'static,
) -> Gather<impl Sized> {
    gather_settled!(limit = 1; future)
}

/// Results as they arrive, in a generic function.
pub fn generic_each<F, T>(futures: Vec<F>, last: F) -> [Each<T>; 2]
where
    F: IntoFuture<Output = T, IntoFuture: Send + 'static> + Send + 'static,
    T: Send + 'static,
{
    let first = gather_each!(..futures);
    [
        first,
        gather_each!(limit = 2, tasks = 1; last, ..Vec::<F>::new()),
    ]
}

/// Results as they arrive, of branches that borrow.
pub async fn each_here(texts: &[String]) -> usize {
    let length = async |text: &str| text.len();
    let mut lengths =
        gather_each!(here, limit = 2; length("a"), ..texts.iter().map(|text| length(text)));
    let mut sum = 0;
    while let Some((_, bytes)) = lengths.next().await {
        sum += bytes;
    }
    sum
}

/// Loads pages.
pub trait Load {
    /// The type of a page.
    type Page: Debug + Send + 'static;

    /// Loads one page.
    fn load(&self, number: u8) -> impl Future<Output = Self::Page> + Send + 'static;

    /// In a method that a trait provides.
    fn load_all(&self) -> Gather<(Self::Page, Vec<Self::Page>)>
    where
        Self: Sized,
    {
        gather!(self.load(0), ..(1..9).map(|number| self.load(number)))
    }
}

/// Loads numbers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Numbers {
    first: u8,
}

impl Numbers {
    /// In a constant.
    pub const MOST: usize = 4;

    /// In a method.
    pub fn both(&self) -> Gather<(u8, u8)> {
        gather!(limit = Self::MOST; self.load(1), value(self.first))
    }

    /// In an `async` method that borrows `self`.
    pub async fn sum(&mut self) -> u8 {
        let Pair { left, right } = gather!(Pair {
            left: self.load(1),
            right: self.load(2)
        })
        .await;
        self.first += left + right;
        self.first
    }
}

struct Pair {
    left: u8,
    right: u8,
}

impl Load for Numbers {
    type Page = u8;

    fn load(&self, number: u8) -> impl Future<Output = u8> + Send + 'static {
        value(self.first + number)
    }
}

impl IntoFuture for Numbers {
    type Output = (u8,);
    type IntoFuture = Pin<Box<dyn Future<Output = (u8,)> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { gather!(self.load(0)).await })
    }
}

/// In closures, and in blocks of every kind.
pub async fn closures(numbers: Vec<u8>) -> usize {
    let spawn = |number| gather!(value(number), value(number));
    let spawn_all = move || gather!(..numbers.iter().copied().map(value).collect::<Vec<_>>());
    let spawn_later = async move || gather!(value(1_u8)).await;
    let (one, two) = spawn(1_u8).await;
    let all = spawn_all().await;
    let (later,) = spawn_later().await;
    let mut count = all.len();
    for number in [one, two, later] {
        count += match gather_settled!(value(number)).await {
            (Ok(same),) if same > 1 => usize::from(same),
            (Ok(_),) => continue,
            (Err(_),) => break,
        };
    }
    if let Ok((number,)) = try_gather!(result(Err::<usize, ()>(()))).await {
        count += number;
    }
    if gather!(async { true }).await.0 {
        count += 1;
    }
    count
}

/// As a statement, an argument, an operand and a returned value.
pub async fn positions() -> u8 {
    drop(gather!(value(1)));
    gather!(value(2)).detach();
    let sum = gather!(value(3_u8)).await.0 + gather!(value(4)).await.0;
    if sum > 7 {
        return gather!(value(5)).await.0;
    }
    gather!(value(6)).await.0
}

/// Branches that never return.
pub fn endless() -> Gather<(u8, ())> {
    async fn forever() -> ! {
        std::future::pending().await
    }
    gather!(forever(), forever()).detach();
    gather!([forever(), forever()]).detach();
    gather!(value(1), async { forever().await })
}

/// A module of constants, and a static to wait for.
pub mod constants {
    use super::{Gather, Handle, LazyLock, gather, value};

    const LIMIT: usize = 2;
    const COUNT: usize = LIMIT * 2;
    const NUMBERS: [u8; COUNT] = [1; COUNT];
    static RUNNING: LazyLock<bool> = LazyLock::new(|| gather!(value(LIMIT)).is_finished());

    /// Uses all of them.
    pub fn gathered(on: &Handle) -> Gather<([u8; COUNT], Vec<u8>, bool)> {
        const OTHER: usize = COUNT - LIMIT;
        gather!(
            limit = const { LIMIT + OTHER }, on = on;
            value(NUMBERS),
            ..NUMBERS.map(value),
            value(*RUNNING),
        )
    }
}
