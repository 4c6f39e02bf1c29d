//! Pages as they should be.

use gather::gather;

use crate::live::Live;
use crate::page::{BY_HAND, GATHERED, PARTIAL, delays, page_of, ready_page_of};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_has_what_the_four_backends_said_whichever_way_it_is_built() {
    let live = Live::start().await;
    for user in [1, 2, 3, 4, 5, 6, 7, 8, 999_999, 1_000_000] {
        let (gathered, by_hand, partial) = gather!(
            live.get(&format!("{GATHERED}{user}")),
            live.get(&format!("{BY_HAND}{user}")),
            live.get(&format!("{PARTIAL}{user}")),
        )
        .await;
        assert_eq!(gathered, page_of(user));
        assert_eq!(by_hand, page_of(user));
        assert_eq!(partial, ready_page_of(user));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_four_calls_of_a_page_are_in_flight_at_once_whichever_way_it_is_built() {
    async fn overlapping(way: &'static str) {
        let live = Live::start().await;
        let (status, _) = live.get(&format!("{way}7{}", delays([2_000; 4]))).await;
        assert_eq!(status, 200);
        let counts = live.quiet().await;
        assert_eq!(counts.most_at_once, 4, "{way}: {counts:?}");
    }
    gather!(..[GATHERED, BY_HAND, PARTIAL].map(overlapping)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn parts_come_in_any_order_and_each_is_in_its_place() {
    let live = Live::start().await;
    let pages = (0..4).flat_map(|slowest| {
        let mut slow = [0; 4];
        slow[slowest] = 100;
        [GATHERED, BY_HAND].map(|way| live.get(&format!("{way}11{}", delays(slow))))
    });
    for page in gather!(..pages).await {
        assert_eq!(page, page_of(11));
    }
}
