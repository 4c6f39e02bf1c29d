use gather::gather;

#[derive(Default)]
struct Counter {
    reads: u32,
    writes: u32,
}

impl Counter {
    async fn read(&mut self) -> u32 {
        self.reads += 1;
        self.reads
    }

    async fn write(&mut self) -> u32 {
        self.writes += 1;
        self.writes
    }

    async fn both(&mut self) -> (u32, u32) {
        gather!(self.read(), self.write()).await
    }
}

#[tokio::main]
async fn main() {
    let (reads, writes) = Counter::default().both().await;
    println!("{reads} {writes}");
}
