//! Modules in which the names of the prelude, and of crates, mean something else.

/// Types, traits, functions and modules.
pub mod names {
    use ::gather::{gather as all, gather_settled as settled, try_gather as fallible};

    use crate::branches::{result, value};

    /// A module.
    pub mod std {}
    /// A module.
    pub mod core {}
    /// A module.
    pub mod alloc {}
    /// A module.
    pub mod gather {}
    /// A module.
    pub mod gather_core {}
    /// A module.
    pub mod tokio {}

    macro_rules! types {
        ($($name:ident)*) => {
            $(
                /// A type.
                #[derive(::core::fmt::Debug)]
                pub struct $name;
            )*
        };
    }

    types!(Option Result Vec Box String Future IntoFuture Iterator Group Gather Branch);

    macro_rules! traits {
        ($($name:ident)*) => {
            $(
                /// A trait.
                pub trait $name {}
            )*
        };
    }

    traits!(Default From Into Send Sync Sized Fn FnOnce Drop Clone Copy IntoIterator);

    /// A value with the name of a variant.
    #[derive(::core::fmt::Debug)]
    pub struct Ok(pub u8);
    /// A value with the name of a variant.
    #[derive(::core::fmt::Debug)]
    pub struct Err(pub u8);
    /// A value with the name of a variant.
    #[derive(::core::fmt::Debug)]
    pub struct Some(pub u8);
    /// A value with the name of a variant.
    #[derive(::core::fmt::Debug)]
    pub struct None;

    /// A function with the name of one in the prelude.
    pub const fn drop() {}

    /// A struct with every kind of field.
    #[derive(::core::fmt::Debug)]
    pub struct Page {
        /// One.
        pub ok: Ok,
        /// More.
        pub errors: ::std::vec::Vec<Err>,
        /// None.
        pub none: None,
    }

    /// Every macro, in every shape.
    pub async fn gathered() -> u8 {
        drop();
        let () = all!().await;
        let (ok, errors) = all!(value(Ok(1)), ..[value(Err(2))]).await;
        let [some] = all!(limit = 1; [value(Some(3))]).await;
        let base = Page {
            ok,
            errors,
            none: None,
        };
        let page = all!(Page {
            ok: value(Ok(4)),
            errors: ..[value(Err(5))],
            ..base
        })
        .await;
        let (settled,) = settled!(value(page)).await;
        let (six, seven) = fallible!(
            error = u8;
            result(::core::result::Result::Ok::<_, u8>(6)),
            ..[result(::core::result::Result::Ok::<_, u8>(7))],
        )
        .await
        .unwrap_or_default();
        let () = fallible!()
            .await
            .unwrap_or_else(|never: ::core::convert::Infallible| match never {});
        settled.map_or(0, |same| same.ok.0) + some.0 + six + seven.len().to_le_bytes()[0]
    }
}

/// Macros.
pub mod macros {
    use ::gather::{Gather, gather, try_gather};

    use crate::branches::{result, value};

    macro_rules! shadow {
        ($($name:ident)*) => {
            $(
                #[expect(unused_macros, reason = "it only shadows")]
                macro_rules! $name {
                    () => {
                        compile_error!("the caller's own macro")
                    };
                }
            )*
        };
    }

    shadow!(vec panic assert matches todo unreachable format);

    /// Every shape of one macro.
    pub fn gathered() -> Gather<(u8, Vec<u8>)> {
        let _array: Gather<[u8; 1]> = gather!([value(1)]);
        let _fallible: Gather<Result<(u8,), ()>> = try_gather!(limit = 1; result(Ok(1)));
        gather!(limit = 1; value(1), ..[value(2)])
    }
}
