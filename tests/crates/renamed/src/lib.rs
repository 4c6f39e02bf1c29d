//! The macros work when the crate is renamed.

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use together::{Each, Gather, gather, gather_each, gather_settled, try_gather};

    async fn number(number: u8) -> u8 {
        number
    }

    async fn ok(number: u8) -> Result<u8, Infallible> {
        Ok(number)
    }

    #[tokio::test]
    async fn the_macros_work_under_another_crate_name() {
        let all: Gather<(u8, Vec<u8>)> = gather!(number(1), ..[number(2)]);
        assert_eq!(all.await, (1, vec![2]));
        assert_eq!(
            try_gather!(limit = 1; ok(1), ..[ok(2)]).await,
            Ok((1, vec![2]))
        );
        let (settled,) = gather_settled!(number(3)).await;
        assert_eq!(settled.unwrap(), 3);
        let mut each: Each<u8> = gather_each!(..[number(4)]);
        assert_eq!(each.next().await, Some((0, 4)));
        let mut each = gather_each!(here; number(5));
        assert_eq!(each.next().await, Some((0, 5)));
    }
}
