//! Every place in the background.

/// Runs the test in each place in the background, with the options of that place.
macro_rules! in_the_background {
    ($test:ident) => {
        $test!();
        $test!(limit = 2;);
        $test!(tasks = 1;);
        $test!(tasks = 2;);
        $test!(tasks = 1, limit = 2;);
    };
}

pub(crate) use in_the_background;
