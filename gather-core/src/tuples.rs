//! Implementing a trait for tuples.

/// Calls a macro for the tuples of one to sixteen elements, with the type parameter and the index of
/// each element.
macro_rules! for_tuples {
    ($tuple:ident) => {
        $tuple!(T0 0);
        $tuple!(T0 0 T1 1);
        $tuple!(T0 0 T1 1 T2 2);
        $tuple!(T0 0 T1 1 T2 2 T3 3);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13 T14 14);
        $tuple!(T0 0 T1 1 T2 2 T3 3 T4 4 T5 5 T6 6 T7 7 T8 8 T9 9 T10 10 T11 11 T12 12 T13 13 T14 14 T15 15);
    };
}

pub(crate) use for_tuples;
