use futures::StreamExt;
use gather::{Each, gather_each};

struct Users {
    each: Each<String>,
}

impl Users {
    async fn count(&mut self) -> usize {
        let first = self.each.by_ref().take(1).map(|user| user).count().await;
        let rest = (&mut self.each).filter(|_| async { true }).count().await;
        first + rest
    }
}

async fn user(id: u32) -> String {
    format!("user {id}")
}

#[tokio::main]
async fn main() {
    let each = gather_each!(..[7, 8].map(user));
    assert_eq!(Users { each }.count().await, 2);

    let mut each = gather_each!(user(7), user(8));
    let first: Vec<(usize, String)> = (&mut each).take(1).collect().await;
    assert_eq!(first.len(), 1);
    let rest = Box::new(each).enumerate().map(|(_, user)| user);
    assert_eq!(rest.collect::<Vec<_>>().await.len(), 1);

    let each = gather_each!(here; ..[7, 8].map(user)).zip(gather_each!(user(9)));
    assert_eq!(each.filter_map(|pair| async { Some(pair) }).count().await, 1);

    gather_each!(here; user(7)).for_each(|_| async {}).await;
    let each = std::pin::pin!(gather_each!(user(7)));
    each.for_each(|_| async {}).await;
}
