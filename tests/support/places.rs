//! Every place that branches run in.

/// Runs the test in each place, with the options of that place.
macro_rules! in_each_place {
    ($test:ident) => {
        $crate::support::background::in_the_background!($test);
        $test!(here;);
        $test!(here, limit = 2;);
    };
}

pub(crate) use in_each_place;
