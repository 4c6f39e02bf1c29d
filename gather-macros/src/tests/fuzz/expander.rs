//! Expands calls as rustc would: on a stack like rustc's, and with a time limit.

use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::quote;

use super::calls::Call;

/// The stack on which rustc runs macros.
const STACK: usize = 8 << 20;

/// A call that takes longer than this hangs: most calls take less than a millisecond.
const PATIENCE: Duration = Duration::from_secs(10);

/// The text for a group without delimiters, such as a fragment of `macro_rules!`.
const INVISIBLE: &str = "invisible";

/// Returns the expansion of the call.
pub(super) fn expand(call: &Call) -> Result<String, String> {
    let Call { policy, text } = call.clone();
    let (answer, answered) = mpsc::channel();
    let expander = move || {
        let call = tokens(&text);
        let expansion = crate::expanded(policy, quote!([::gather] #call));
        // A receiver that no longer waits has already reported the hang.
        let _ = answer.send(shown(expansion).to_string());
    };
    let running = thread::Builder::new().stack_size(STACK).spawn(expander);
    running.expect("there is room for a thread");
    answered
        .recv_timeout(PATIENCE)
        .map_err(|error| match error {
            mpsc::RecvTimeoutError::Timeout => String::from("the macro hangs"),
            mpsc::RecvTimeoutError::Disconnected => String::from("the macro panics"),
        })
}

/// Runs `check` with a stack for code that nests more deeply than the macro's own stack would take.
pub(super) fn with_room(check: impl FnOnce() + Send) {
    thread::scope(|scope| {
        let checking = thread::Builder::new()
            .stack_size(STACK * 64)
            .spawn_scoped(scope, check);
        let checked = checking.expect("there is room for a thread").join();
        if let Err(payload) = checked {
            std::panic::resume_unwind(payload);
        }
    });
}

/// The tokens of a text, with invisible groups in place of their marks.
pub(super) fn tokens(text: &str) -> TokenStream {
    let tokens: TokenStream = text.parse().expect("it is made of tokens");
    hidden(tokens)
}

fn hidden(tokens: TokenStream) -> TokenStream {
    let is_mark =
        |token: &mut TokenTree| matches!(token, TokenTree::Ident(word) if *word == INVISIBLE);
    let mut hidden_tokens = Vec::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let mut delimiter = group.delimiter();
                if delimiter == Delimiter::Parenthesis && hidden_tokens.pop_if(is_mark).is_some() {
                    delimiter = Delimiter::None;
                }
                TokenTree::Group(Group::new(delimiter, hidden(group.stream())))
            }
            token => token,
        };
        hidden_tokens.push(token);
    }
    hidden_tokens.into_iter().collect()
}

/// The reverse of `hidden`, so that a text shows every group.
pub(super) fn shown(tokens: TokenStream) -> TokenStream {
    let mut shown_tokens = TokenStream::new();
    for token in tokens {
        let token = match token {
            TokenTree::Group(group) => {
                let mut delimiter = group.delimiter();
                if delimiter == Delimiter::None {
                    delimiter = Delimiter::Parenthesis;
                    let mark = Ident::new(INVISIBLE, group.span());
                    shown_tokens.extend([TokenTree::Ident(mark)]);
                }
                TokenTree::Group(Group::new(delimiter, shown(group.stream())))
            }
            token => token,
        };
        shown_tokens.extend([token]);
    }
    shown_tokens
}
