//! The pages that show mistakes: the gallery, `docs/errors.md`, and the pages that quote the
//! compiler.
//!
//! Between `<!-- tests/ui/NAME.rs -->` and `<!-- end -->`, a page shows the mistake in that file,
//! the compiler's message and the program `ui/repaired/NAME.rs`. The message alone is shown after
//! `<!-- tests/ui/NAME.stderr -->`. `BLESS=1 cargo test --test errors` writes these parts.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Termination};

/// Makes a test of each repaired program: it compiles, and it succeeds.
macro_rules! repaired {
    ($($name:ident)*) => {
        $(#[allow(dead_code, reason = "an error's field is read by `Debug`, which does not count")]
        mod $name {
            include!(concat!("ui/repaired/", stringify!($name), ".rs"));

            #[test]
            fn is_repaired() {
                super::ends_well(main());
            }
        })*

        const REPAIRED: &[&str] = &[$(stringify!($name)),*];
    };
}

repaired! {
    array_repeat
    await_in_field
    await_twice
    awaited_in_a_loop
    block_on_handle
    borrow_in_struct_with_lifetime
    borrow_of_local_argument
    borrow_of_local_in_block
    borrow_of_parameter
    borrow_of_self
    branch_awaited
    branch_awaited_and_tried
    branch_is_closure
    branch_is_function_not_called
    branch_is_let
    branch_is_option_of_future
    branch_is_plain_function
    branch_is_result_of_future
    branch_is_string
    branch_is_tuple
    branch_is_vec_without_spread
    branch_missing_comma
    branch_tried
    called_without_bang
    futures_unordered_of_gathers
    handles_by_shared_reference
    join_all_of_gathers
    each_awaited
    each_collected
    each_next_not_awaited
    each_of_array
    each_two_types
    lazy_spread_borrows
    lazy_spread_not_send
    lazy_spread_not_send_boxed_futures
    moved_into_two_branches
    not_awaited
    not_send_async_fn_in_trait
    not_send_boxed_future
    not_send_function
    not_send_guard_across_await
    not_send_in_generic_function
    not_send_output
    not_send_rc_across_await
    not_static_in_generic_function
    one_branch_is_a_tuple
    option_after_branches
    option_catch_without_from
    option_error_in_gather
    option_here_with_on
    option_here_with_tasks
    option_here_with_value
    option_limit_is_u32
    option_limit_zero
    option_of_handle_awaited
    option_on_runtime
    option_tasks_zero
    option_unknown
    option_with_colon
    option_with_colon_and_comma
    option_with_comma
    options_separated_by_semicolons
    returned_as_impl_future
    same_future_twice
    select_in_a_loop
    spawn_in_place
    spawn_join_set
    spread_after_missing_comma
    spread_borrow_in_closure
    spread_borrow_of_map
    spread_borrow_of_self
    spread_of_one_future
    spread_of_pairs_into_map
    spread_of_plain_function
    spread_of_reference
    struct_among_branches
    struct_base_is_future
    struct_base_trailing_comma
    struct_field_is_result
    struct_field_is_value
    struct_private_field
    timeout_of_shared_reference
    tried_tuple_of_results
    tried_without_await
    try_branch_is_option
    try_branch_not_result
    try_error_boxed_not_send
    try_error_dyn_not_send
    try_error_inferred_from_another_branch
    try_error_not_convertible
    try_error_not_inferred
    try_two_error_types
    two_mutable_borrows_of_self
    tuple_struct_missing_value
    unused_handle
    use_after_abort
    use_after_detach
    use_after_timeout
    use_after_try_result
}

fn ends_well(program: impl Termination) {
    assert_eq!(program.report(), ExitCode::SUCCESS);
}

const GALLERY: &str = "docs/errors.md";

/// All pages that may quote the compiler.
const PAGES: &[&str] = &[
    GALLERY,
    "README.md",
    "src/guide/cancellation.md",
    "src/guide/expansion.md",
    "src/guide/from_asyncio.md",
    "src/guide/from_tokio.md",
];

const END: &str = "<!-- end -->";

fn path(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(file)
}

fn read(file: &str) -> String {
    fs::read_to_string(path(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The file that a page quotes from this line on.
fn quoted(line: &str) -> Option<&str> {
    let file = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    file.strip_prefix("tests/ui/")
}

/// Returns the page with every quotation filled in.
fn filled(page: &str) -> String {
    let mut filled = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        filled += line;
        filled += "\n";
        if let Some(file) = quoted(line) {
            let behind = lines.find(|line| *line == END || quoted(line).is_some());
            assert_eq!(behind, Some(END), "no `{END}` is behind what quotes {file}");
            filled += &quote(file, page);
            filled += END;
            filled += "\n";
        }
    }
    filled
}

fn quote(file: &str, page: &str) -> String {
    match file.split_once('.') {
        Some((name, "stderr")) => format!("\n```text\n{}```\n\n", words(name)),
        Some((name, "rs")) => entry(name, page),
        _ => panic!("neither a mistake nor what is said of it: {file}"),
    }
}

/// The compiler's message for a mistake, with paths as in a user's crate.
fn words(name: &str) -> String {
    let said = read(&format!("tests/ui/{name}.stderr"))
        .replace(&format!("$DIR/tests/ui/{name}.rs"), "src/main.rs")
        .replace(&format!("tests/ui/{name}.rs"), "src/main.rs")
        .replace("$RUST/", "library/")
        .replace("$CARGO/", "")
        .replace("-$VERSION/", "/")
        // The number depends on the features of tokio.
        .replace("and $N others", "and others");
    assert!(
        !said.replace("$crate", "").contains('$'),
        "{name}: a placeholder is left in what the compiler says:\n{said}"
    );
    said
}

fn entry(name: &str, page: &str) -> String {
    let mistake = read(&format!("tests/ui/{name}.rs"));
    let repaired = read(&format!("tests/ui/repaired/{name}.rs"));
    let shared = shared(page, &mistake);
    let known = items(&mistake);
    format!(
        "\n```rust\n{}```\n\n```text\n{}```\n\nRepaired:\n\n```rust\n{}```\n\n",
        without(items(&mistake), &shared),
        words(name),
        without(items(&repaired), &known),
    )
}

/// The items that the page shows once for all of its programs. The introduction has a block for the
/// programs that do not call `try_gather!`, and then one for those that do.
fn shared<'a>(page: &'a str, program: &str) -> Vec<&'a str> {
    let (introduction, _) = page.split_once("\n## ").expect("the page has sections");
    let mut blocks = introduction
        .split("```rust\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap_or_default());
    let block = if program.contains("use gather::try_gather;") {
        blocks.nth(1)
    } else {
        blocks.next()
    };
    items(block.expect("the introduction has two blocks"))
}

/// The imports, functions and types of a program.
fn items(program: &str) -> Vec<&str> {
    let mut items = Vec::new();
    let mut start = 0;
    for (end, _) in program.match_indices("\n\n") {
        if !program[end + 2..].starts_with([' ', '}']) {
            items.push(&program[start..end]);
            start = end + 2;
        }
    }
    items.push(program[start..].trim_end());
    items
}

fn without(items: Vec<&str>, hidden: &[&str]) -> String {
    let shown: Vec<&str> = items
        .into_iter()
        .filter(|item| !hidden.contains(item))
        .collect();
    shown.join("\n\n") + "\n"
}

#[test]
fn pages_quote_what_the_compiler_says() {
    let bless = std::env::var_os("BLESS").is_some();
    for file in PAGES {
        let page = read(file);
        let filled = filled(&page);
        assert_eq!(
            filled.matches("```text\nerror").count(),
            page.lines().filter_map(quoted).count(),
            "{file} has words of the compiler that no marker quotes"
        );
        if bless {
            // The page is replaced atomically, because another test reads the gallery meanwhile.
            let new = path(file).with_extension("new");
            fs::write(&new, filled).expect("the page can be written");
            fs::rename(&new, path(file)).expect("the page can be replaced");
            continue;
        }
        let same = |(is, should_be): &(&str, &str)| is == should_be;
        let before = page.lines().zip(filled.lines()).take_while(same).count();
        assert!(
            page == filled,
            "{file}:{} is not what tests/ui/ has\n  it is:     {}\n  should be: {}\n\
             `BLESS=1 cargo test --test errors` rewrites the page",
            before + 1,
            page.lines().nth(before).unwrap_or_default(),
            filled.lines().nth(before).unwrap_or_default(),
        );
    }
}

#[test]
fn the_gallery_has_each_repaired_program_once() {
    let page = read(GALLERY);
    let shown = page.lines().filter_map(quoted);
    assert_are_the_repaired(GALLERY, shown.map(String::from).collect());

    let files = fs::read_dir(path("tests/ui/repaired")).expect("the folder can be read");
    let names = files.map(|file| file.expect("the folder can be read").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    assert_are_the_repaired("tests/ui/repaired", names.collect());
}

fn assert_are_the_repaired(place: &str, files: Vec<String>) {
    let mut missing: Vec<String> = REPAIRED.iter().map(|name| format!("{name}.rs")).collect();
    let mut surplus = files;
    surplus.retain(|file| match missing.iter().position(|name| name == file) {
        Some(found) => {
            missing.remove(found);
            false
        }
        None => true,
    });
    assert!(
        missing.is_empty() && surplus.is_empty(),
        "what `repaired!` names is not what {place} has\n  missing there: {missing:?}\n  \
         not named, or there twice: {surplus:?}"
    );
}
