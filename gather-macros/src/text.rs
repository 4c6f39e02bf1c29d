//! The text of an expression, on one line, as messages show it.

use proc_macro2::{Delimiter, Ident, Spacing, TokenStream, TokenTree};

use crate::cursor;

/// A longer text is cut here: the user must recognise it, not read it.
const LONGEST: usize = 60;

/// A space separates these words from a parenthesis after them, unlike the name of a function.
const KEYWORDS: [&str; 11] = [
    "as", "async", "await", "else", "if", "in", "match", "move", "mut", "return", "unsafe",
];

/// Writes the tokens much as rustfmt would, without the contents of braces.
pub(crate) fn of(tokens: TokenStream) -> String {
    let mut text = Text::default();
    text.tokens(tokens);
    if text.written.chars().count() <= LONGEST {
        return text.written;
    }
    let cut: String = text.written.chars().take(LONGEST - 3).collect();
    format!("{}...", cut.trim_end())
}

/// The name of a variable or field, without the `r#` of a raw identifier.
pub(crate) fn name(ident: &Ident) -> String {
    let name = cursor::unmarked(ident);
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

#[derive(Default)]
struct Text {
    written: String,
    before: Before,
    /// Whether the position is between the bars around a closure's parameters.
    parameters: bool,
    /// The number of angle brackets that are open after a `::<`.
    generics: usize,
}

/// What is to the left: it decides whether a space comes next.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Before {
    /// Nothing, or a token that no space follows: `(`, `.`, `::`, a prefix.
    #[default]
    Nothing,
    /// A name, a literal or a closing bracket: an operand ends here.
    Operand,
    /// A keyword.
    Keyword,
    /// An operator between two operands, or a comma: a space follows.
    Operator,
}

impl Text {
    fn tokens(&mut self, tokens: TokenStream) {
        let mut tokens = tokens.into_iter().peekable();
        while let Some(token) = tokens.next() {
            match token {
                TokenTree::Ident(ident) => self.word(&cursor::unmarked(&ident)),
                TokenTree::Literal(literal) => self.word(&literal.to_string()),
                TokenTree::Punct(punct) => {
                    let mut operator = String::from(punct.as_char());
                    let mut spacing = punct.spacing();
                    while let (Spacing::Joint, Some(TokenTree::Punct(next))) =
                        (spacing, tokens.peek())
                    {
                        // In the `>>` after nested generics, each `>` is an operator of its own.
                        let is_end = self.generics > 0 && operator == ">";
                        if is_end || !joins(&operator, next.as_char()) {
                            break;
                        }
                        operator.push(next.as_char());
                        spacing = next.spacing();
                        tokens.next();
                    }
                    self.operator(&operator);
                }
                TokenTree::Group(group) => self.group(group.delimiter(), group.stream()),
            }
        }
    }

    fn word(&mut self, word: &str) {
        if self.before != Before::Nothing {
            self.written.push(' ');
        }
        self.written.push_str(word);
        self.before = if KEYWORDS.contains(&word) {
            Before::Keyword
        } else {
            Before::Operand
        };
    }

    fn group(&mut self, delimiter: Delimiter, inner: TokenStream) {
        let (open, close) = match delimiter {
            Delimiter::Parenthesis => ("(", ")"),
            Delimiter::Bracket => ("[", "]"),
            Delimiter::Brace if inner.is_empty() => ("{}", ""),
            Delimiter::Brace => ("{ .. }", ""),
            Delimiter::None => ("", ""),
        };
        let apart = match delimiter {
            Delimiter::Brace => self.before != Before::Nothing,
            _ => matches!(self.before, Before::Keyword | Before::Operator),
        };
        if apart {
            self.written.push(' ');
        }
        self.written.push_str(open);
        if delimiter != Delimiter::Brace {
            self.before = Before::Nothing;
            self.tokens(inner);
            self.written.push_str(close);
        }
        self.before = Before::Operand;
    }

    fn operator(&mut self, operator: &str) {
        let prefix = self.before != Before::Operand;
        match operator {
            "." | "::" | ".." | "..=" => self.tight(operator, Before::Nothing),
            "?" => self.tight(operator, Before::Operand),
            "," | ";" | ":" => self.tight(operator, Before::Operator),
            "!" if !prefix => self.tight(operator, Before::Nothing),
            "<" if self.written.ends_with("::") || self.generics > 0 => {
                self.generics += 1;
                self.tight(operator, Before::Nothing);
            }
            ">" if self.generics > 0 => {
                self.generics -= 1;
                self.tight(operator, Before::Operand);
            }
            "|" if self.parameters => {
                self.parameters = false;
                self.tight(operator, Before::Operator);
            }
            "|" if prefix => {
                self.parameters = true;
                self.apart(operator, Before::Nothing);
            }
            "||" if prefix => self.apart(operator, Before::Operator),
            _ if prefix => self.apart(operator, Before::Nothing),
            _ => {
                self.written.push(' ');
                self.tight(operator, Before::Operator);
            }
        }
    }

    fn tight(&mut self, operator: &str, before: Before) {
        self.written.push_str(operator);
        self.before = before;
    }

    fn apart(&mut self, operator: &str, before: Before) {
        if matches!(self.before, Before::Keyword | Before::Operator) {
            self.written.push(' ');
        }
        self.tight(operator, before);
    }
}

/// Whether another character makes a longer operator. In `::<` and `|&`, it does not.
fn joins(operator: &str, next: char) -> bool {
    let longer = format!("{operator}{next}");
    [
        "::", "..", "..=", "->", "=>", "==", "!=", "<=", ">=", "&&", "||", "<<", ">>", "+=", "-=",
        "*=", "/=", "%=", "^=", "&=", "|=", "<<=", ">>=",
    ]
    .contains(&longer.as_str())
}

#[cfg(test)]
mod tests {
    /// Source text as rustfmt writes it, which is how messages must show it.
    const WRITTEN: [&str; 28] = [
        "fetch_user(7)",
        "client.get(url).send()",
        "tokio::fs::read_to_string(\"a b.txt\")",
        "Vec::<(u8, &str)>::new()",
        "Vec::<Option<u8>>::new()",
        "load(&mut config, *path, -1, !done)",
        "a + b * c - d / e % f",
        "a == b && c != d || e <= f",
        "a < b && c > d",
        "size::<u8>() > b >> 1",
        "a | b",
        "if ready { .. } else { .. }",
        "match x { .. }",
        "async move { .. }",
        "async {}",
        "urls.iter().map(|url| fetch(url))",
        "numbers.map(|(a, b): (u8, u8)| a << b)",
        "items.map(move |_| make())",
        "make(|| 1)",
        "vec![a(), b()]",
        "self.users[0].0.load()?",
        "(a)()",
        "[a, b]",
        "0..=9",
        "a as u8",
        "Page { .. }",
        "&'static str",
        "r#type(1.5, 'c', b\"x\")",
    ];

    #[test]
    fn an_expression_is_written_as_it_would_be_formatted() {
        for written in WRITTEN {
            let tokens = written.parse().expect("it is made of tokens");
            assert_eq!(super::of(tokens), written);
        }
    }

    #[test]
    fn what_is_in_braces_is_left_out() {
        let tokens = "async move { fetch(1).await; 2 }"
            .parse()
            .expect("it is made of tokens");
        assert_eq!(super::of(tokens), "async move { .. }");
    }

    #[test]
    fn a_long_text_is_cut() {
        let long = format!("fetch({})", "1 + ".repeat(50));
        let text = super::of(long.parse().expect("it is made of tokens"));
        assert_eq!(text.chars().count(), super::LONGEST);
        assert!(
            text.starts_with("fetch(1 + 1") && text.ends_with("..."),
            "{text}"
        );
    }
}
