//! Each package that is published has what it is to have, and what its pages link to.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// The published packages, and the folders that they are in.
const PUBLISHED: [(&str, &str); 3] = [
    ("gather", "."),
    ("gather-core", "gather-core"),
    ("gather-macros", "gather-macros"),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn packaged(package: &str) -> BTreeSet<PathBuf> {
    let mut list = Command::new(env!("CARGO"));
    list.args(["package", "--quiet", "--allow-dirty", "--list", "--package"]);
    list.arg(package).current_dir(root());
    let output = list.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let list = String::from_utf8(output.stdout).expect("a file has a name");
    list.lines().map(PathBuf::from).collect()
}

/// What a page links to beside it, as paths in its package.
fn linked(page: &Path, text: &str) -> Vec<PathBuf> {
    let prose = text.split("```").step_by(2);
    let links = prose.flat_map(|text| text.split("](").skip(1));
    let links = links.map(|link| link.split([')', '#']).next().unwrap_or_default());
    links
        .filter(|link| !link.is_empty() && !link.contains(':'))
        .map(|link| without_dots(&page.with_file_name(link)))
        .collect()
}

fn without_dots(path: &Path) -> PathBuf {
    let mut straight = PathBuf::new();
    for component in path.components() {
        if component == Component::ParentDir {
            assert!(straight.pop(), "{} leaves the package", path.display());
        } else {
            straight.push(component);
        }
    }
    straight
}

#[test]
fn each_package_has_a_readme_and_both_licences() {
    for (package, _) in PUBLISHED {
        let packaged = packaged(package);
        for file in ["README.md", "LICENSE-APACHE", "LICENSE-MIT", "src/lib.rs"] {
            assert!(packaged.contains(Path::new(file)), "{package} lacks {file}");
        }
    }
}

#[test]
fn the_pages_of_a_package_link_to_files_that_it_has() {
    let mut links = 0;
    for (package, folder) in PUBLISHED {
        let packaged = packaged(package);
        let pages = packaged.iter().filter(|file| {
            let extension = file.extension();
            extension.is_some_and(|extension| extension == "md")
        });
        for page in pages {
            let text = fs::read_to_string(root().join(folder).join(page));
            for link in linked(page, &text.expect("a page can be read")) {
                assert!(
                    packaged.contains(&link),
                    "{package}: {} links to {}, which is not in the package",
                    page.display(),
                    link.display()
                );
                links += 1;
            }
        }
    }
    assert!(links > 0);
}
