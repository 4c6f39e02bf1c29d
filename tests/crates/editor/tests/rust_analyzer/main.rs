//! In an editor, rust-analyzer knows the types of what a gather gives, and completes what is
//! written in a branch, also while another branch is broken.
//!
//! The tests are skipped, and say so, where it is not installed.

mod editor;
mod server;

use editor::Editor;

/// The types that awaiting gives are those of the names bound to it.
#[track_caller]
fn assert_types(editor: &mut Editor, statement: &str, types: &[(&str, &str)]) {
    editor.write(statement);
    for (name, expected) in types {
        let shown = editor.type_of(name);
        assert_eq!(&shown, expected, "`{name}` in `{statement}`");
    }
}

/// Where the `$` is, these are offered, and no name that is the expansion's own.
#[track_caller]
fn assert_offered(editor: &mut Editor, statement: &str, expected: &[&str]) {
    let (before, behind) = statement.split_once('$').expect("the cursor is in it");
    editor.write(&format!("{before}{behind}"));
    let offered = editor.completions(before);
    for name in expected {
        assert!(
            offered.iter().any(|offer| offer == name),
            "`{name}` is not offered in `{statement}`, but {offered:?}"
        );
    }
    for own in ["group", "results", "slot"] {
        assert!(
            offered.iter().all(|offer| offer != own),
            "`{own}` is offered in `{statement}`"
        );
    }
}

#[test]
fn a_binding_has_the_type_that_awaiting_gives() {
    let Some(mut editor) = editor::started() else {
        return;
    };
    for (statement, types) in [
        (
            "let (ada, orders, dark) = gather!(user(7), store.orders(7), config()).await;",
            &[("ada", "User"), ("orders", "Vec<Order>"), ("dark", "bool")][..],
        ),
        (
            "let page = gather!(user(7), store.orders(7), config());",
            &[("page", "Gather<(User, Vec<Order>, bool)>")],
        ),
        (
            "let (ada, flags) = gather!(limit = 2; user(7), ..[config(), config()]).await;",
            &[("ada", "User"), ("flags", "Vec<bool>")],
        ),
        (
            "let both = try_gather!(find(7), find(8)).await;",
            &[("both", "Result<(User, User), Missing>")],
        ),
        (
            "let (ada, dark) = gather_settled!(user(7), config()).await;",
            &[
                ("ada", "Result<User, BranchError>"),
                ("dark", "Result<bool, BranchError>"),
            ],
        ),
        (
            "let page = gather!(Page { user: user(7), orders: store.orders(7) }).await;",
            &[("page", "Page")],
        ),
        (
            "let flags = gather!([config(), config()]).await;",
            &[("flags", "[bool; 2]")],
        ),
        (
            "let dark = gather!(async { let inner = config().await; !inner }).await.0;",
            &[("inner", "bool"), ("dark", "bool")],
        ),
    ] {
        assert_types(&mut editor, statement, types);
    }
}

#[test]
fn a_broken_branch_leaves_the_others_their_types() {
    // Of a mistake that leaves open which branches there are, such as `,,`, nothing is known.
    let Some(mut editor) = editor::started() else {
        return;
    };
    for broken in [
        "store.",
        "store.or",
        "store.orders(.)",
        "async move",
        "async { store.; let }",
        "store.orders(7).await",
        "let orders = store.orders(7)",
        "7 +",
    ] {
        for statement in [
            format!("let (ada, orders, dark) = gather!(user(7), {broken}, config()).await;"),
            format!("let (ada, dark, orders) = gather!(user(7), config(), {broken}).await;"),
            format!("let (orders, ada, dark) = gather!({broken}, user(7), config()).await;"),
        ] {
            assert_types(
                &mut editor,
                &statement,
                &[("ada", "User"), ("dark", "bool")],
            );
        }
    }
}

#[test]
fn a_branch_is_completed_while_it_is_written() {
    let Some(mut editor) = editor::started() else {
        return;
    };
    for branch in [
        "store.$",
        "store.or$",
        "!store.$",
        "(store.$)",
        "user(store.$)",
        "user(store.op$ as u32)",
        "async { store.$ }",
        "async { let orders = store.$; orders }",
        "..[store.$]",
        "gather!(config(), store.$)",
    ] {
        for call in [
            format!("gather!({branch})"),
            format!("gather!(user(7), {branch}, config())"),
            format!("gather!(limit = 3; user(7), config(), {branch})"),
            format!("gather_settled!(Page {{ user: user(7), orders: {branch} }})"),
        ] {
            assert_offered(&mut editor, &format!("{call};"), &["open", "orders"]);
        }
    }
    for branch in ["store.or$()", "store.or$(7)"] {
        let statement = format!("gather!(user(7), {branch}, config());");
        assert_offered(&mut editor, &statement, &["orders"]);
    }
    for branch in ["conf$", "us$(7)", "user(st$)", "async { st$ }", "..st$"] {
        let statement = format!("try_gather!(find(7), {branch});");
        assert_offered(&mut editor, &statement, &["config", "store", "user"]);
    }
}

#[test]
fn a_branch_is_completed_while_another_is_broken() {
    let Some(mut editor) = editor::started() else {
        return;
    };
    for broken in ["store.orders(.)", "user(7).await", "async move", "store."] {
        for call in [
            format!("gather!(store.$, {broken}, config())"),
            format!("gather!({broken}, store.or$, config())"),
            format!("gather!({broken}, config(), async {{ store.$ }})"),
        ] {
            assert_offered(&mut editor, &format!("{call};"), &["open", "orders"]);
        }
    }
}

#[test]
fn fields_and_the_handle_are_completed() {
    let Some(mut editor) = editor::started() else {
        return;
    };
    for (statement, expected) in [
        ("gather!(Page { us$: user(7) });", &["user", "orders"][..]),
        ("gather!(Page { user: user(7), or$: store });", &["orders"]),
        ("gather!(user(7), config()).$;", &["abort", "progress"]),
        ("gather!(user(7), config()).await.0.$;", &["name"]),
        ("gather!(limit = st$; user(7));", &["store"]),
    ] {
        assert_offered(&mut editor, statement, expected);
    }
}
