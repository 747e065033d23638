//! The memory that a queue is said to hold, beside what the kernel says of this process: a program of its own, so that
//! nobody else's memory comes and goes meanwhile.

use timelanes::channel::MOST_BYTES;
use timelanes::prelude::*;
use timelanes::thread::Memory;

#[test]
fn growth_of_large_items_is_stopped_and_its_memory_is_what_the_kernel_counts() {
    let before = Memory::now().resident;
    let mut grown = 0;
    let run = record("large").threads(|run| {
        let (photos, album) = run.channel("photos");
        let photos = photos.weighing(Vec::len);
        run.spawn("ada", move |lane| while photos.send(lane, vec![1_u8; 50_000]).is_ok() {}).join();
        grown = Memory::now().resident.saturating_sub(before);
        drop(album);
    });
    let failed = run.unwrap_err();
    let said = failed.to_string();
    assert!(said.contains("too many megabytes in a channel: at most 64"), "{said}");
    assert!(said.contains("1280 are queued, 0 were received"), "{said}");
    let most = failed.timeline().counter("photos, memory").unwrap().most();
    assert_eq!(most as usize, MOST_BYTES / 1_000);
    let grown = grown as f64 * 1.024;
    assert!((0.95..1.3).contains(&(grown / most)), "{grown} KB more are there, {most} KB are counted");
}
