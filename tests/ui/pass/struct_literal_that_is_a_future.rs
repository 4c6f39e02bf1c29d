//! A struct literal alone is the shape of the result; in parentheses it is a branch. The parentheses
//! are needed, so nothing may call them unnecessary.

#![deny(warnings)]

use std::time::Duration;

use gather::gather;
use tokio::time::{Sleep, sleep};

struct Wait {
    milliseconds: u64,
}

struct Waited {
    first: (),
}

impl IntoFuture for Wait {
    type Output = ();
    type IntoFuture = Sleep;

    fn into_future(self) -> Sleep {
        sleep(Duration::from_millis(self.milliseconds))
    }
}

#[tokio::main]
async fn main() {
    let _: ((),) = gather!((Wait { milliseconds: 1 })).await;
    let Waited { first: () } = gather!(Waited {
        first: (Wait { milliseconds: 1 }),
    })
    .await;
}
