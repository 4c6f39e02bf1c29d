use std::rc::Rc;

use gather::try_gather;

async fn user(id: u32) -> Result<String, Rc<str>> {
    Ok(format!("user {id}"))
}

async fn orders(id: u32) -> Result<Vec<u32>, Rc<str>> {
    Ok(vec![id])
}

#[tokio::main]
async fn main() -> Result<(), Rc<str>> {
    let (user, orders) = try_gather!(user(7), orders(7)).await?;
    println!("{}: {} orders", user.to_uppercase(), orders.len());
    Ok(())
}

// The first two errors are those of the branches. The others follow, because `OutputOf` tells rustc that all
// branches fail with `Rc<str>`, and `FailFast<Rc<str>>` is not a policy. They cannot be implied by the first two
// as other errors are: `BranchOutput` can have `Send` as a supertrait, but not `Send` for the error in a `Result`.
