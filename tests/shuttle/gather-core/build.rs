//! Has the core take what threads share from the stand-in for tokio, and not from std.

fn main() {
    println!("cargo::rustc-cfg=shuttle");
}
