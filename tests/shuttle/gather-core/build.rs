//! Makes the core take what threads share from the stand-in for tokio instead of std.

fn main() {
    println!("cargo::rustc-cfg=shuttle");
}
