//! `here` in every shape, with branches that can only run where they are awaited: branches that
//! borrow, and branches that are not `Send`.
#![expect(clippy::future_not_send, reason = "what runs here need not be")]

use std::cell::Cell;
use std::error::Error as StdError;
use std::future::{Future, IntoFuture, ready};
use std::num::ParseIntError;
use std::pin::Pin;
use std::rc::Rc;

use gather::{BranchError, gather, gather_settled, try_gather};

use crate::branches::{result, value};
use crate::fallible::Error;
use crate::settled::Outcomes;
use crate::shapes::{Page, Pair};

/// Has methods that borrow it.
#[derive(Debug, Default)]
pub struct Shop {
    prices: Vec<u8>,
    asked: Cell<u8>,
}

impl Shop {
    async fn price(&self, index: usize) -> u8 {
        self.asked.set(self.asked.get() + 1);
        value(self.prices[index]).await
    }

    async fn parse(&self, text: &str) -> Result<u8, ParseIntError> {
        self.asked.set(self.asked.get() + 1);
        value(text).await.parse()
    }

    /// Methods on `&self`.
    pub async fn both(&self) -> (u8, u8) {
        gather!(here; self.price(0), self.price(1)).await
    }

    /// With borrowed ids.
    pub async fn all(&self, indices: &[usize]) -> Vec<u8> {
        gather!(here; ..indices.iter().map(|index| self.price(*index))).await
    }

    /// The same, with some at a time.
    pub async fn some_at_a_time(&self, indices: &[usize]) -> Vec<u8> {
        gather!(here, limit = 2; ..indices.iter().map(|index| self.price(*index))).await
    }

    /// In every other shape.
    pub async fn shapes(&self, page: Page) -> u8 {
        let () = gather!(here;).await;
        let () = gather!(here, limit = 1;).await;
        let (one,) = gather!(here; self.price(0)).await;
        let [two, three] = gather!(here; [self.price(0), self.price(1)]).await;
        let Pair(four, five) = gather!(here; Pair(self.price(0), ..[self.price(1)])).await;
        let Page { user, .. } = gather!(here; Page { user: self.price(0), ..page }).await;
        let ((six,), seven) = gather!(here; gather!(here; self.price(0)), self.price(1)).await;
        let (eight, nine) = gather!(here; gather!(value(1_u8)), self.price(1)).await;
        one + two + three + four + five[0] + user + six + seven + eight.0 + nine
    }

    /// With errors of one type, and of two.
    ///
    /// # Errors
    ///
    /// If a text is not a number.
    pub async fn errors(&self, texts: &[&str]) -> Result<u8, Error> {
        let (one, two) = try_gather!(here; self.parse("1"), self.parse("2")).await?;
        let all = try_gather!(here, limit = 2; ..texts.iter().map(|text| self.parse(text))).await?;
        let (three, ()) =
            try_gather!(here, error = Error; self.parse("3"), result(Ok::<_, ()>(()))).await?;
        Ok(one + two + three + all[0])
    }

    /// With an error that is not `Send`.
    ///
    /// # Errors
    ///
    /// If a text is not a number.
    pub async fn any_error(&self) -> Result<u8, Box<dyn StdError>> {
        type Any = Box<dyn StdError>;
        let failed = async { Err::<(), Any>("no route".into()) };
        let (one, ()) = try_gather!(here, error = Any; self.parse("1"), failed).await?;
        Ok(one)
    }

    /// Each outcome in its place.
    pub async fn outcomes(&self) -> (Result<u8, BranchError>, Vec<Result<u8, BranchError>>) {
        gather_settled!(here; self.price(0), ..[self.price(1)]).await
    }

    /// Each outcome in its field.
    pub async fn outcomes_in_fields(&self, base: Outcomes) -> usize {
        let posts = [value(1)];
        let all = gather_settled!(
            here, limit = 1;
            Outcomes { user: self.price(0), posts: ..posts, ..base }
        );
        let Outcomes {
            posts: outcomes, ..
        } = all.await;
        outcomes.len()
    }
}

/// Blocks, closures and arguments that borrow local variables.
pub async fn locals() -> usize {
    let (text, count) = (String::from("text"), Cell::new(0));
    let add = |number| {
        count.set(count.get() + number);
        value(count.get())
    };
    let len = |of: &str| value(of.len());
    let (one, two, numbers) = gather!(
        here;
        async { value(text.len()).await + count.get() },
        len(&text),
        ..[1_usize, 2].map(add)
    )
    .await;
    one + two + numbers.len()
}

/// Values that are kept across an await, returned, and boxed without `Send`.
pub async fn local_types() -> u8 {
    let shared = Rc::new(Cell::new(1_u8));
    let kept = async {
        let mine = Rc::clone(&shared);
        value(()).await;
        mine.set(2);
        mine
    };
    let boxed: Pin<Box<dyn Future<Output = u8> + '_>> = Box::pin(async { shared.get() });
    let (mine, number, all) = gather!(here; kept, boxed, ..[Rc::clone(&shared)].map(ready)).await;
    mine.get() + number + all[0].get()
}

/// Futures and values of any type.
pub async fn generic<F, T, const N: usize>(futures: [F; N], last: F) -> (Vec<T>, T)
where
    F: IntoFuture<Output = T>,
{
    gather!(here; ..futures, last).await
}

/// A gather that is not awaited where it is created.
pub fn later(shop: &Shop) -> impl Future<Output = (u8, u8)> + '_ {
    gather!(here; shop.price(0), shop.price(1))
}
