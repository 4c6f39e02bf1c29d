use gather::gather;

#[tokio::main]
async fn main() {
    let name = String::from("Ada");
    let same_name = name.clone();
    let (length, upper) = gather!(
        async move { name.len() },
        async move { same_name.to_uppercase() },
    )
    .await;
    println!("{} {}", length + 1, upper.len());
}
