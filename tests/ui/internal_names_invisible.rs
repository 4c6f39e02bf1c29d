use gather::gather;

#[derive(Default)]
struct Page {
    user: String,
    group: u8,
    rest: u8,
}

mod api {
    pub async fn user() -> String {
        String::from("Ada")
    }

    pub fn all() -> Vec<std::future::Ready<u8>> {
        Vec::new()
    }
}

#[tokio::main]
async fn main() {
    let tuple = gather!(
        async { 7 },
        api::user(),
        ..api::all(),
        async { group },
        async { branches },
        async { results },
        async { __branch_0 },
        async { user },
        async { all },
        group,
        ..branches,
    );
    let array = gather!([async { __branch_1 }, async { 7 }]);
    let options = gather!(limit = group, on = user; api::user(), async { (__limit, __on) });
    let page = gather!(Page {
        user: api::user(),
        group: async { __base },
        ..user
    });
    tokio::join!(tuple, options, array, page);
}
