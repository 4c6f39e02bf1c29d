//! All contenders do what is measured of them.

use std::collections::HashSet;

use gather_benches::branches::{
    Behaviour, Branch, Failed, LITTLE, MUCH, OneAfterAnother, Ready, Value, Yielding,
};
