//! The macros work when another crate re-exports them and `gather` itself is not a dependency.

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use test_prelude::prelude::{gather, gather_settled, try_gather};

    async fn number(number: u8) -> u8 {
        number
    }

    async fn ok(number: u8) -> Result<u8, Infallible> {
        Ok(number)
    }

    #[tokio::test]
    async fn the_macros_work_out_of_another_crates_prelude() {
        assert_eq!(gather!(number(1), ..[number(2)]).await, (1, vec![2]));
        assert_eq!(
            try_gather!(limit = 1; ok(1), ..[ok(2)]).await,
            Ok((1, vec![2]))
        );
        let (settled,) = gather_settled!(number(3)).await;
        assert_eq!(settled.unwrap(), 3);
    }
}
