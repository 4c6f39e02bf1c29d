//! One branch succeeds, one fails and one panics. Awaiting returns one outcome per branch.

use gather::{BranchError, gather_settled};

async fn price(item: &'static str) -> u32 {
    match item {
        "apple" => 3,
        other => panic!("no price for {other}"),
    }
}

async fn stock(item: &'static str) -> Result<u32, String> {
    Err(format!("the store of {item} is closed"))
}

#[tokio::main]
async fn main() {
    // The program prints the panic itself, below.
    std::panic::set_hook(Box::new(|_| {}));

    let (apple, pear, plum) = gather_settled!(price("apple"), stock("pear"), price("plum")).await;

    match apple {
        Ok(price) => println!("apple: {price}"),
        Err(error) => println!("apple: {error}"),
    }
    match pear {
        Ok(Ok(stock)) => println!("pear: {stock}"),
        Ok(Err(closed)) => println!("pear: {closed}"),
        Err(error) => println!("pear: {error}"),
    }
    let error: BranchError = plum.expect_err("the shop sells no plums");
    println!("plum: {error}");
    println!(
        "      the branch was `{}`, number {}",
        error.name(),
        error.index()
    );
}
