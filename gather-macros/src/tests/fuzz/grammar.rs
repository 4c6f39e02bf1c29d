//! A grammar of Rust's expressions, broad rather than complete: rustc parses its sentences, though
//! few of them would pass its later checks.
//!
//! `$` and a letter name a rule of the grammar. `invisible ( .. )` is the group without delimiters
//! that a `macro_rules!` makes of a fragment such as `$e:expr`.

use super::choices::Choices;

/// How deeply sentences nest. Below that, each rule takes its first alternative, which is short.
const DEPTH: usize = 7;

/// What can be a branch, as far as its form shows.
const BRANCH: &[&str] = &[
    "$I ( )",
    "$I ( $E )",
    "$I ( $E , $E )",
    "$I",
    "$Y",
    "$Y ( $E )",
    "$N ( $E , $E )",
    "$A . $I ( $E )",
    "$A . $I :: < $G > ( )",
    "$A . $I",
    "$A . 0",
    "$A [ $E ]",
    "$I ( $E ) ?",
    "async { $B }",
    "async move { $B }",
    "$M ! ( $X )",
    "$M ! [ $X ]",
    "$M ! { $X }",
    "if $C { $B } else { $B }",
    "match $O { $R $R }",
    "unsafe { $B }",
    "const { $B }",
    "loop { $B }",
    "$F : { $B }",
    "{ $S $V }",
    "{ async { $B } }",
    "( $V )",
    "( $Y { $I : $E } )",
    "* $A",
    "& mut $A",
    "$O as $T",
    "$O | $O",
    "< $T as $Y > :: $I ( $E )",
    "$I :: < $G > ( $E )",
    "invisible ( $V )",
    "Box :: pin ( async move { $B } )",
    "$L",
];

/// What an iterator of futures, or of pairs of a key and a future, can look like after its `..`.
const SPREAD: &[&str] = &[
    "$I",
    "$A . $I",
    "$A . map ( | $P | $E )",
    "$Y ( $E ) ?",
    "[ $V , $V ]",
    "vec ! [ $X ]",
    "( 0 .. $A ) . map ( $Y )",
    "& mut $A",
    "match $O { $R }",
    "invisible ( $A . $I ( $E ) )",
    "$A . map ( | $P | ( $I , $V ) )",
    "[ ( $E , $V ) , ( $E , $V ) ]",
    "vec ! [ ( $E , $V ) , ]",
    "$Y :: from ( [ ( $E , $V ) ] )",
    "$V",
];

/// A postfix expression, which can come before a `.`, a `?` or an operator.
const ATOM: &[&str] = &[
    "$I",
    "$Y",
    "$L",
    "self",
    "$I ( $E )",
    "$A ( )",
    "$A . $I ( $E )",
    "$A . $I",
    "$A . 0",
    "$A . await ?",
    "( $A . await )",
    "$A ?",
    "$A [ $E ]",
    "( $E )",
    "( $E , $E )",
    "[ $E , $E ]",
    "[ $E ; $E ]",
    "$M ! ( $X )",
    "$I :: < $G > ( $E )",
    "invisible ( $O + $O )",
    "invisible ( $I ( $E ) )",
];

const OPERAND: &[&str] = &["$A", "( $E )", "- $A", "! $A", "* $A", "& $A", "& mut $A"];

const CONDITION: &[&str] = &[
    "$A",
    "$O == $O",
    "$O && $O",
    "let $P = $A",
    "let $P = $A && $O",
    "( $E )",
];

const EXPRESSION: &[&str] = &[
    "$A",
    "$L",
    "$V",
    "$O + $O",
    "$O && $O",
    "$O || $O",
    "$O == $O",
    "$O < $O",
    "$O << $O",
    "$O .. $O",
    "$O ..= $O",
    "$O ..",
    ".. $O",
    "..= $O",
    "..",
    "$O as $T",
    "$A = $E",
    "$A += $E",
    "| $P | $E",
    "|| $E",
    "move | $P , $P : $T | $E",
    "|| -> $T { $B }",
    "async move | $P | { $B }",
    "return",
    "return $E",
    "break",
    "break $F ( $E )",
    "continue $F",
    "$Y { $I : $E , .. $A }",
    "$Y { $I , 0 : $E , }",
    "if $C { $B }",
    "if $C { $B } else if $C { $B } else { $B }",
    "match $O { $R $R $R }",
    "while $C { $B }",
    "for $P in $A { $B }",
    "$F : loop { $B }",
    "gather ! ( $E )",
    "try_gather ! ( limit = $E ; $V , .. $A )",
];

const ARM: &[&str] = &[
    "$P => $E ,",
    "$P if $O == $O => { $B }",
    "$P | $P => $E , _ => $E ,",
    "# [ cfg ( $I ) ] $P => $E ,",
];

const PATTERN: &[&str] = &[
    "_",
    "$I",
    "mut $I",
    "ref $I",
    "& $P",
    "( $P , .. )",
    "$I @ $P",
    "$Y ( $P )",
    "$Y { $I , .. }",
    "[ $P , .. ]",
    "( $P | $P )",
    "( 1 ..= 9 )",
    "- 1",
    "$L",
];

const TYPE: &[&str] = &[
    "u8",
    "$Y",
    "& $T",
    "& $F mut $T",
    "( )",
    "( $T , $T )",
    "[ $T ]",
    "[ $T ; $E ]",
    "$I < $T >",
    "$I < $F , $T , { $E } >",
    "Box < dyn Fn ( $T ) + Send >",
    "fn ( $T ) -> $T",
    "for < $F > fn ( & $F $T )",
    "< $T as $Y > :: $I",
    "* const $T",
    "impl $Y",
    "_",
];

const GENERICS: &[&str] = &["$T", "$T , $T", "$F , $T", "1", "{ $E }"];

const PATH: &[&str] = &[
    "$I :: $I",
    "crate :: $I",
    "self :: $I",
    ":: $I :: $I",
    "$I :: < $G > :: $I",
];

/// A path whose last segment begins with a capital letter.
const CAPITALISED: &[&str] = &[
    "Pair",
    "$I :: Loaded",
    ":: $I :: Über",
    "Self",
    "Pair :: < $G >",
    "r#Pair",
    "< $T as $Y > :: Pair",
];

const MACRO: &[&str] = &["$I", "$I :: $I", ":: $I :: $I"];

const BODY: &[&str] = &["", "$E", "$S $E", "$S $S", "$S $S $E"];

const STATEMENT: &[&str] = &[
    ";",
    "$E ;",
    "let $P = $E ;",
    "let $P : $T = $E ;",
    "let $P = $A else { return } ;",
    "# [ allow ( $I ) ] let $P = $E ;",
    "$M ! { $X }",
    "use $I :: $I ;",
    "struct $I ( $T ) ;",
    "const $I : $T = $E ;",
    "fn $I ( $I : $T ) -> $T { $B }",
    "async fn $I < $F , T > ( ) where T : $Y { $B }",
];

/// What is between the delimiters of a macro call: any tokens.
const TOKENS: &[&str] = &[
    "",
    "$E",
    "$E , $E",
    "$E ; $E",
    "\"{} {:?}\" , $E",
    "$I => $E",
    "# $I ? ! . .. = > < @ $F",
];

const LIFETIME: &[&str] = &["'a", "'outer"];

const IDENT: &[&str] = &[
    "a", "fetch", "x2", "r#type", "r#async", "_unused", "__", "group", "slots", "results", "base",
    "branch_0", "limit", "tasks", "here", "on", "error", "catch", "Page", "HTTP", "über", "İx",
    "日本",
];

const LITERAL: &[&str] = &[
    "1",
    "true",
    "0x_ff_u8",
    "1_000",
    "1.5",
    "2.",
    "1e10",
    "'c'",
    "'\\''",
    "b'x'",
    "\"a, b; `c`\"",
    "b\"x\"",
    "c\"x\"",
    "br#\"raw\"#",
    "r##\"a\"#; \"b\"##",
    "340282366920938463463374607431768211455",
];

/// A sentence from one of `rules`, which are alternatives like those above.
pub(super) fn sentence(choices: &mut Choices, rules: &[&str]) -> String {
    let mut written = String::new();
    let rule = choices.one_of(rules);
    write(choices, rule, DEPTH, &mut written);
    written
}

fn write(choices: &mut Choices, rule: &str, depth: usize, written: &mut String) {
    for word in rule.split(' ') {
        let Some(alternatives) = alternatives(word) else {
            written.push_str(word);
            written.push(' ');
            continue;
        };
        match depth.checked_sub(1) {
            Some(depth) => {
                let rule = choices.one_of(alternatives);
                write(choices, rule, depth, written);
            }
            None => write(choices, alternatives[0], 0, written),
        }
    }
}

fn alternatives(word: &str) -> Option<&'static [&'static str]> {
    Some(match word {
        "$V" => BRANCH,
        "$D" => SPREAD,
        "$A" => ATOM,
        "$O" => OPERAND,
        "$C" => CONDITION,
        "$E" => EXPRESSION,
        "$R" => ARM,
        "$P" => PATTERN,
        "$T" => TYPE,
        "$G" => GENERICS,
        "$Y" => PATH,
        "$N" => CAPITALISED,
        "$M" => MACRO,
        "$B" => BODY,
        "$S" => STATEMENT,
        "$X" => TOKENS,
        "$F" => LIFETIME,
        "$I" => IDENT,
        "$L" => LITERAL,
        _ => return None,
    })
}
