//! Tells the tests that they run on the second implementation.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-cfg=plain");
}
