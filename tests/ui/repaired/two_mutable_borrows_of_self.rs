use gather::gather;

#[derive(Default)]
struct Counter {
    reads: u32,
    writes: u32,
}

async fn count(number: &mut u32) -> u32 {
    *number += 1;
    *number
}

impl Counter {
    async fn both(&mut self) -> (u32, u32) {
        gather!(here; count(&mut self.reads), count(&mut self.writes)).await
    }
}

#[tokio::main]
async fn main() {
    let (reads, writes) = Counter::default().both().await;
    println!("{reads} {writes}");
}
