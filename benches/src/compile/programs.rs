//! Programs with many calls, or with one call of many branches. Each branch has a type of its own.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::error::AnyError;

/// How a program joins the branches of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// With this crate's macro.
    Gather,
    /// By hand: the handles joined.
    SpawnJoin,
    /// With tokio's macro, within one task.
    TokioJoin,
    /// With futures' macro, within one task.
    FuturesJoin,
    /// Not at all: it awaits them one after another. The time beyond this is that of the calls
    /// alone.
    Awaited,
}

impl Joined {
    /// The name in the results.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gather => "gather!",
            Self::SpawnJoin => "spawn + tokio::join!",
            Self::TokioJoin => "tokio::join!",
            Self::FuturesJoin => "futures::join!",
            Self::Awaited => "awaited one after another",
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Gather => "gather_them",
            Self::SpawnJoin => "spawn_join",
            Self::TokioJoin => "tokio_join",
            Self::FuturesJoin => "futures_join",
            Self::Awaited => "awaited",
        }
    }

    /// The dependencies of the program besides tokio.
    fn dependencies(self) -> String {
        match self {
            Self::Gather => format!("gather = {{ path = \"{}\" }}\n", root().display()),
            Self::FuturesJoin => String::from(
                "futures = { version = \"0.3\", default-features = false, features = [\"async-await\"] }\n",
            ),
            Self::SpawnJoin | Self::TokioJoin | Self::Awaited => String::new(),
        }
    }

    /// The statements that bind the values of `branches` to `names`.
    fn call(self, branches: &[String], names: &str) -> String {
        let list = branches.join(", ");
        match self {
            Self::Gather => format!("    let ({names}) = gather::gather!({list}).await;\n"),
            Self::SpawnJoin => format!(
                "    let ({names}) = ({});\n    let ({names}) = tokio::join!({names});\n    let ({names}) = ({});\n",
                each(branches, |branch| format!("tokio::spawn({branch})")),
                each(names.split(", "), |name| format!("{name}.unwrap()")),
            ),
            Self::TokioJoin => format!("    let ({names}) = tokio::join!({list});\n"),
            Self::FuturesJoin => format!("    let ({names}) = futures::join!({list});\n"),
            Self::Awaited => format!(
                "    let ({names}) = ({});\n",
                each(branches, |branch| format!("{branch}.await")),
            ),
        }
    }
}

/// The folder of the crate that is measured.
fn root() -> &'static Path {
    let benches = Path::new(env!("CARGO_MANIFEST_DIR"));
    benches.parent().expect("the package is in a workspace")
}

fn each<T>(items: impl IntoIterator<Item = T>, written: impl Fn(T) -> String) -> String {
    let items: Vec<String> = items.into_iter().map(written).collect();
    items.join(", ")
}

/// A program to compile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Program {
    /// How it joins its branches.
    pub joined: Joined,
    /// The number of calls.
    pub calls: usize,
    /// The number of branches in each call.
    pub branches: usize,
}

impl Program {
    /// All programs: 300 calls of five branches, and one call of 200 branches, which is more than
    /// tokio's macro accepts.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let many = [
            Joined::Gather,
            Joined::SpawnJoin,
            Joined::TokioJoin,
            Joined::FuturesJoin,
            Joined::Awaited,
        ];
        let wide = [Joined::Gather, Joined::FuturesJoin, Joined::Awaited];
        let many = many.map(|joined| Self {
            joined,
            calls: 300,
            branches: 5,
        });
        let wide = wide.map(|joined| Self {
            joined,
            calls: 1,
            branches: 200,
        });
        many.into_iter().chain(wide).collect()
    }

    /// The name of its package.
    #[must_use]
    pub fn package(&self) -> String {
        format!("{}_{}x{}", self.joined.package(), self.calls, self.branches)
    }

    /// Writes the package.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), AnyError> {
        fs::create_dir_all(folder.join("src"))?;
        let manifest = format!(
            "[package]\nname = {:?}\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\n\
             tokio = {{ version = \"1.47\", features = [\"macros\", \"rt\"] }}\n{}",
            self.package(),
            self.joined.dependencies(),
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        fs::write(folder.join("src/main.rs"), self.source()?)?;
        Ok(())
    }

    /// The source: a function for each branch, one for each call, and a `main` that makes all
    /// calls.
    ///
    /// # Errors
    ///
    /// None: writing to a string does not fail.
    pub fn source(&self) -> Result<String, std::fmt::Error> {
        let mut source = String::new();
        let names = each(0..self.branches, |branch| format!("v{branch}"));
        let sum = names.replace(", ", " + ");
        for call in 0..self.calls {
            for branch in 0..self.branches {
                writeln!(
                    source,
                    "async fn branch_{call}_{branch}(n: u64) -> u64 {{\n    \
                     tokio::task::yield_now().await;\n    n + {branch}\n}}\n"
                )?;
            }
            let branches = (0..self.branches).map(|branch| format!("branch_{call}_{branch}(n)"));
            let joined = self.joined.call(&branches.collect::<Vec<_>>(), &names);
            writeln!(
                source,
                "async fn call_{call}(n: u64) -> u64 {{\n{joined}    {sum}\n}}\n"
            )?;
        }
        writeln!(
            source,
            "#[tokio::main(flavor = \"current_thread\")]\nasync fn main() {{\n    let mut sum = 0;"
        )?;
        for call in 0..self.calls {
            writeln!(source, "    sum += call_{call}({call}).await;")?;
        }
        writeln!(source, "    println!(\"{{sum}}\");\n}}")?;
        Ok(source)
    }
}
