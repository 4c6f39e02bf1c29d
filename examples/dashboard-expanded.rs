//! A struct from three sources that fail with two types of errors. The first failure stops the others
//! immediately and is returned.

use std::fmt;
use std::num::ParseIntError;
use std::time::Duration;

use tokio::time::{Instant, sleep};

#[derive(Debug)]
struct Dashboard {
    user: String,
    orders: u32,
    pages: Vec<String>,
    theme: &'static str,
}

const EMPTY: Dashboard = Dashboard {
    user: String::new(),
    orders: 0,
    pages: Vec::new(),
    theme: "dark",
};

#[derive(Debug)]
enum DashboardError {
    NoSuchUser(NoSuchUser),
    BadCount(ParseIntError),
}

#[derive(Debug)]
struct NoSuchUser(u32);

impl From<NoSuchUser> for DashboardError {
    fn from(error: NoSuchUser) -> Self {
        DashboardError::NoSuchUser(error)
    }
}

impl From<ParseIntError> for DashboardError {
    fn from(error: ParseIntError) -> Self {
        DashboardError::BadCount(error)
    }
}

impl fmt::Display for DashboardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DashboardError::NoSuchUser(NoSuchUser(id)) => write!(f, "there is no user {id}"),
            DashboardError::BadCount(error) => write!(f, "the orders cannot be counted: {error}"),
        }
    }
}

async fn fetch_user(id: u32) -> Result<String, NoSuchUser> {
    sleep(Duration::from_millis(20)).await;
    if id == 7 {
        Ok(String::from("Ada"))
    } else {
        Err(NoSuchUser(id))
    }
}

async fn count_orders(answer: &'static str) -> Result<u32, ParseIntError> {
    sleep(Duration::from_millis(30)).await;
    answer.parse()
}

async fn fetch_page(number: u32) -> Result<String, NoSuchUser> {
    sleep(Duration::from_secs(1)).await;
    Ok(format!("page {number}"))
}

async fn dashboard(id: u32, orders: &'static str) -> Result<Dashboard, DashboardError> {
    {
        let __branch_0 = fetch_user(id);
        let __branch_1 = count_orders(orders);
        let __branch_2 = (1..=3).map(fetch_page);
        let __base = EMPTY;
        ::gather::rt::Group::fail_fast_into::<DashboardError>().spawn(
            (
                ::gather::rt::branch("user", __branch_0),
                ::gather::rt::branch("orders", __branch_1),
                ::gather::rt::spread("pages", __branch_2),
                ::gather::rt::base(__base),
            ),
            |(__result_0, __result_1, __result_2, __base)| Dashboard {
                user: __result_0,
                orders: __result_1,
                pages: __result_2,
                ..__base
            },
        )
    }
    .await
}

#[tokio::main]
async fn main() {
    for (id, orders) in [(7, "12"), (7, "twelve"), (8, "12")] {
        let start = Instant::now();
        match dashboard(id, orders).await {
            Ok(Dashboard {
                user,
                orders,
                pages,
                theme,
            }) => {
                println!(
                    "{user} has {orders} orders and {} pages, in {theme}",
                    pages.len()
                );
            }
            Err(error) => println!("{error}"),
        }
        let waited = if start.elapsed() < Duration::from_millis(900) {
            "did not wait"
        } else {
            "waited"
        };
        println!("  and {waited} for the pages, which take a second");
    }
}
