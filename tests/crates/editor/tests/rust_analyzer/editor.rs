//! A small crate that depends on `gather`, open in an editor.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use serde_json::{Value, json};

use crate::server::Server;

const PRELUDE: &str = "\
use gather::{Gather, gather, gather_settled, try_gather};

pub struct User { pub name: String }
pub struct Order { pub total: u64 }
pub struct Page { pub user: User, pub orders: Vec<Order> }
pub struct Missing;
pub struct Store { pub open: bool }

impl Store {
    pub async fn orders(self, user: u32) -> Vec<Order> { Vec::new() }
}

pub async fn user(id: u32) -> User { User { name: String::new() } }
pub async fn find(id: u32) -> Result<User, Missing> { Err(Missing) }
pub async fn config() -> bool { true }

pub async fn written(store: Store) {
    ";

pub(crate) struct Editor {
    server: Server,
    file: PathBuf,
    text: String,
    version: u32,
}

/// The one editor of this process, for one test at a time; or none, where something is missing.
pub(crate) fn started() -> Option<MutexGuard<'static, Editor>> {
    static EDITOR: OnceLock<Option<Mutex<Editor>>> = OnceLock::new();
    let editor = EDITOR.get_or_init(|| match library() {
        Ok(library) => Some(Mutex::new(Editor::start(&library))),
        Err(missing) => {
            // Past the test harness, which keeps to itself what a test prints that does not fail.
            writeln!(io::stderr(), "\nskipped: {missing}").expect("stderr takes text");
            None
        }
    });
    let editor = editor.as_ref()?.lock();
    Some(editor.unwrap_or_else(PoisonError::into_inner))
}

/// Looks for all that it takes, and gives the source of the standard library.
fn library() -> Result<PathBuf, String> {
    let version = Command::new("rust-analyzer").arg("--version").output();
    if !version.is_ok_and(|version| version.status.success()) {
        return Err(String::from("rust-analyzer is not installed"));
    }
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    let sysroot = sysroot.expect("rustc runs").stdout;
    let sysroot = String::from_utf8(sysroot).expect("the sysroot's path is text");
    let sysroot = Path::new(sysroot.trim_end());
    let expander = format!("rust-analyzer-proc-macro-srv{}", env::consts::EXE_SUFFIX);
    if !sysroot.join("libexec").join(expander).exists() {
        return Err(String::from(
            "this toolchain has no rust-analyzer-proc-macro-srv, which runs the macros",
        ));
    }
    let library = env::var_os("RUST_SRC_PATH").map_or_else(
        || sysroot.join("lib/rustlib/src/rust/library"),
        PathBuf::from,
    );
    if !library.join("core/src/lib.rs").exists() {
        return Err(String::from(
            "the source of the standard library is neither in this toolchain nor at RUST_SRC_PATH",
        ));
    }
    Ok(library)
}

/// Makes the crate, with the versions that the workspace has.
fn user() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let workspace = workspace.canonicalize().expect("the workspace is there");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("user");
    let manifest = format!(
        "[workspace]\n\n[package]\nname = \"user\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n\
         [dependencies]\ngather.path = '{}'\n",
        workspace.display()
    );
    fs::create_dir_all(folder.join("src")).expect("the folder can be made");
    fs::write(folder.join("Cargo.toml"), manifest).expect("the manifest can be written");
    fs::copy(workspace.join("Cargo.lock"), folder.join("Cargo.lock"))
        .expect("the lock file can be copied");
    folder
}

impl Editor {
    fn start(library: &Path) -> Self {
        let folder = user();
        let file = folder.join("src/lib.rs");
        let text = format!("{PRELUDE}}}\n");
        fs::write(&file, &text).expect("the source can be written");
        // With the source named, rust-analyzer does not ask rustup to install it.
        let options = json!({
            "cachePriming": { "enable": false },
            "cargo": { "sysrootSrc": library, "targetDir": folder.join("target") },
            "checkOnSave": false,
        });
        let mut server = Server::start("rust-analyzer", &folder, &options);
        let status = server.until_quiescent();
        assert_eq!(status["health"], "ok", "{status}");
        let document =
            json!({ "uri": uri(&file), "languageId": "rust", "version": 0, "text": text });
        server.tell("textDocument/didOpen", &json!({ "textDocument": document }));
        Editor {
            server,
            file,
            text,
            version: 0,
        }
    }

    /// Puts a statement into the function, in place of the one that was there.
    pub(crate) fn write(&mut self, statement: &str) {
        self.version += 1;
        self.text = format!("{PRELUDE}{statement}\n}}\n");
        let document = json!({ "uri": uri(&self.file), "version": self.version });
        let changes = json!([{ "text": self.text }]);
        self.server.tell(
            "textDocument/didChange",
            &json!({ "textDocument": document, "contentChanges": changes }),
        );
    }

    /// What is shown of a binding of the statement when the pointer is on it.
    pub(crate) fn type_of(&mut self, binding: &str) -> String {
        let offset = self.text[PRELUDE.len()..].find(binding);
        let offset = offset.expect("the statement has the binding");
        let place = self.place(PRELUDE.len() + offset);
        let hover = self.server.ask("textDocument/hover", &place);
        let shown = hover["contents"]["value"].as_str().unwrap_or_default();
        let name = format!("let {binding}: ");
        let line = shown.lines().find_map(|line| line.strip_prefix(&name));
        String::from(line.unwrap_or(shown))
    }

    /// What is offered behind the beginning of the statement.
    pub(crate) fn completions(&mut self, beginning: &str) -> Vec<String> {
        let place = self.place(PRELUDE.len() + beginning.len());
        let offered = self.server.ask("textDocument/completion", &place);
        let offers = offered["items"].as_array().cloned().unwrap_or_default();
        let labels = offers.iter().filter_map(|offer| offer["label"].as_str());
        labels.map(String::from).collect()
    }

    fn place(&self, offset: usize) -> Value {
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        json!({
            "textDocument": { "uri": uri(&self.file) },
            "position": {
                "line": before.matches('\n').count(),
                "character": offset - line_start,
            },
        })
    }
}

fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
