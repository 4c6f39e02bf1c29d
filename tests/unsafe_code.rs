//! No crate of this workspace may contain unsafe code.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders of the workspace's packages.
fn packages(manifest: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (_, members) = manifest.split_once("\nmembers = [").unwrap();
    let (members, _) = members.split_once(']').unwrap();
    let mut packages = vec![root.to_owned()];
    for member in members.split('"').skip(1).step_by(2) {
        match member.strip_suffix("/*") {
            Some(folder) => {
                let folders = fs::read_dir(root.join(folder)).unwrap();
                packages.extend(folders.map(|folder| folder.unwrap().path()));
            }
            None => packages.push(root.join(member)),
        }
    }
    packages
}

/// The content of a section of a manifest.
fn section<'a>(manifest: &'a str, name: &str) -> &'a str {
    let (_, section) = manifest.split_once(name).unwrap_or_default();
    section.split("\n[").next().unwrap_or_default()
}

#[test]
fn every_crate_of_the_workspace_forbids_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let workspace = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let lints = section(&workspace, "\n[workspace.lints.rust]\n");
    assert!(lints.contains("unsafe_code = \"forbid\"\n"), "{lints}");

    let packages = packages(&workspace);
    assert!(packages.len() > 5, "{packages:?}");
    for package in packages {
        let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
        if section(&manifest, "\n[lints]\n").starts_with("workspace = true") {
            continue;
        }
        // A package that sets its own lints consists of a library and nothing else.
        let library = match section(&manifest, "\n[lib]\n").strip_prefix("path = \"") {
            Some(path) => path.split('"').next().unwrap(),
            None => "src/lib.rs",
        };
        let source = fs::read_to_string(package.join(library)).unwrap();
        let forbids = source.lines().any(|line| line == "#![forbid(unsafe_code)]");
        assert!(forbids, "{} may have unsafe code", package.display());
    }
}
