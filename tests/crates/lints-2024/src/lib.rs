//! Every form of the macros, in every kind of place, under nearly every lint: no lint reports the
//! expansion of a macro to its caller.
//!
//! `tests/crates/lints-2021` is the same source in the 2021 edition.

#![forbid(unsafe_code)]
#![deny(warnings)]
#![deny(
    future_incompatible,
    keyword_idents,
    let_underscore,
    nonstandard_style,
    refining_impl_trait,
    rust_2018_compatibility,
    rust_2018_idioms,
    rust_2021_compatibility,
    rust_2024_compatibility,
    unused
)]
#![deny(
    absolute_paths_not_starting_with_crate,
    ambiguous_negative_literals,
    closure_returning_async_block,
    deprecated_in_future,
    deref_into_dyn_supertrait,
    explicit_outlives_requirements,
    ffi_unwind_calls,
    impl_trait_redundant_captures,
    let_underscore_drop,
    macro_use_extern_crate,
    meta_variable_misuse,
    missing_debug_implementations,
    missing_docs,
    redundant_lifetimes,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    unit_bindings,
    unnameable_types,
    unreachable_pub,
    unused_crate_dependencies,
    unused_import_braces,
    unused_lifetimes,
    unused_macro_rules,
    unused_qualifications,
    unused_results,
    variant_size_differences
)]
#![deny(clippy::all, clippy::pedantic, clippy::nursery)]
#![deny(
    clippy::allow_attributes_without_reason,
    clippy::as_conversions,
    clippy::clone_on_ref_ptr,
    clippy::expect_used,
    clippy::let_underscore_must_use,
    clippy::let_underscore_untyped,
    clippy::map_err_ignore,
    clippy::mem_forget,
    clippy::panic,
    clippy::pattern_type_mismatch,
    clippy::redundant_type_annotations,
    clippy::rest_pat_in_fully_bound_structs,
    clippy::same_name_method,
    clippy::shadow_reuse,
    clippy::shadow_same,
    clippy::shadow_unrelated,
    clippy::single_call_fn,
    clippy::str_to_string,
    clippy::unneeded_field_pattern,
    clippy::unreachable,
    clippy::unused_result_ok,
    clippy::unwrap_in_result,
    clippy::unwrap_used
)]
#![allow(
    edition_2024_expr_fragment_specifier,
    reason = "`$branch:expr` is meant as each edition has it"
)]
#![allow(
    clippy::type_complexity,
    reason = "each form is given the type that it is to have"
)]

pub mod by_example;
pub mod fallible;
pub mod here;
pub mod names;
pub mod places;
pub mod settled;
pub mod shadowed;
pub mod shapes;

/// The branches to gather.
pub mod branches {
    use tokio::task::yield_now;

    /// A value, after a while.
    pub async fn value<T: Send>(value: T) -> T {
        yield_now().await;
        value
    }

    /// A value or an error, after a while.
    ///
    /// # Errors
    ///
    /// The given error.
    pub async fn result<T: Send, E: Send>(result: Result<T, E>) -> Result<T, E> {
        yield_now().await;
        result
    }
}
