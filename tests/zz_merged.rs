//! x
#[path = "limit.rs"] mod limit;
#[path = "limit_end.rs"] mod limit_end;
#[path = "lengths.rs"] mod lengths;
#[path = "iterator_panics.rs"] mod iterator_panics;
#[path = "start.rs"] mod start;
#[path = "wakes.rs"] mod wakes;
