//! Channels of a run: nothing is lost, nobody overtakes, the bound holds, and the limit says who waits for whom.

use std::collections::BTreeMap;
use std::time::Instant;

use timelanes::channel::MOST_ITEMS;
use timelanes::prelude::*;

const ITEMS: usize = 60;

/// Three senders and two receivers; what was received in which order, and the recording.
fn busy(bound: Option<usize>) -> (Vec<(usize, usize)>, Timeline) {
    let (tell, told) = std::sync::mpsc::channel();
    let run = record("busy").threads(|run| {
        let (orders, kitchen) = match bound {
            Some(bound) => run.sync_channel("orders", bound),
            None => run.channel("orders"),
        };
        for sender in 0..3 {
            let orders = orders.clone();
            run.spawn(format!("sender {sender}"), move |lane| {
                (0..ITEMS).for_each(|number| orders.send(lane, (sender, number)).unwrap());
            });
        }
        for name in ["cook", "help"] {
            let (kitchen, tell) = (kitchen.clone(), tell.clone());
            run.spawn(name, move |lane| {
                for (at, item) in kitchen.iter(lane).enumerate() {
                    tell.send((name, item)).unwrap();
                    if at % 7 == 0 {
                        lane.wait("cooks", 0.2 * MILLISECOND);
                    }
                }
            });
        }
    });
    drop(tell);
    let mut own = BTreeMap::<_, Vec<_>>::new();
    told.iter().for_each(|(name, item)| own.entry(name).or_default().push(item));
    for received in own.values() {
        for sender in 0..3 {
            let numbers: Vec<_> =
                received.iter().filter(|item| item.0 == sender).map(|item| item.1).collect();
            assert!(numbers.is_sorted(), "of one sender, one receiver sees the order in which it sent");
        }
    }
    (own.into_values().flatten().collect(), run.unwrap())
}

#[test]
fn what_is_sent_is_received_once_in_the_order_of_its_sender_and_the_bound_holds() {
    for bound in [None, Some(0), Some(1), Some(3), Some(1_000)] {
        let (mut received, run) = busy(bound);
        received.sort_unstable();
        let all: Vec<_> = (0..3).flat_map(|sender| (0..ITEMS).map(move |number| (sender, number))).collect();
        assert_eq!(received, all, "{bound:?}");
        let (counter, traffic) = (run.counter("orders").unwrap(), run.traffic("orders").unwrap());
        assert!(counter.most() <= bound.unwrap_or(usize::MAX) as f64, "{bound:?}: {traffic}");
        assert_eq!((traffic.received, traffic.left), (3 * ITEMS, 0), "{bound:?}: {traffic}");
        let closed = |name| run.lane(name).unwrap().marked(MarkKind::Closed).is_some();
        assert!(closed("cook") && closed("help"), "each receiver finds the end");
        assert!(run.arrows.iter().all(|arrow| arrow.from.1 <= arrow.to.1));
        if bound != Some(0) {
            let steps = counter.points.windows(2).all(|pair| (pair[0].1 - pair[1].1).abs() == 1.0);
            assert!(
                steps && counter.points.len() == 6 * ITEMS,
                "one up for each send, one down for each receive"
            );
        }
    }
}

#[test]
fn who_sends_into_a_full_channel_is_blocked_until_somebody_receives() {
    let run = record("full").threads(|run| {
        let (orders, kitchen) = run.sync_channel("orders", 2);
        run.spawn("ada", move |lane| (0..4).for_each(|order| orders.send(lane, order).unwrap()));
        run.spawn("cook", move |lane| {
            lane.wait("late", 60 * MILLISECOND);
            kitchen.iter(lane).count();
        });
    });
    let run = run.unwrap();
    let blocked = run.lane("ada").unwrap().spans().iter().find(|span| span.activity == Blocked).copied();
    let (blocked, queue) = (blocked.expect("the third had no room"), run.counter("orders").unwrap());
    assert_eq!(queue.at(blocked.start), 2.0);
    let first = run.arrows.iter().map(|arrow| arrow.to.1).min().unwrap();
    assert!(blocked.start < first && first < blocked.end && blocked.ended);
    assert!(run.total("cook", Waiting).unwrap() >= 60 * MILLISECOND);
}

#[test]
fn without_room_sender_and_receiver_meet() {
    let run = record("rendezvous").threads(|run| {
        let (orders, kitchen) = run.sync_channel("orders", 0);
        run.spawn("ada", move |lane| {
            for order in 0..5 {
                orders.send(lane, order).unwrap();
                lane.mark("handed over");
            }
        });
        run.spawn("cook", move |lane| {
            for _ in kitchen.iter(lane) {
                lane.wait("cooks", 4 * MILLISECOND);
                lane.mark("cooked");
            }
        });
    });
    let run = run.unwrap();
    let marks = |name| run.lane(name).unwrap().notes().map(|mark| mark.at).collect::<Vec<_>>();
    let (handed, cooked) = (marks("ada"), marks("cook"));
    assert!(
        handed[1..].iter().zip(&cooked).all(|(handed, cooked)| handed > cooked),
        "no order waits in between"
    );
}

#[test]
fn at_the_limit_a_receiver_says_who_still_has_a_sender() {
    let begun = Instant::now();
    let run = record("never closed").within(150 * MILLISECOND).threads(|run| {
        let (orders, kitchen) = run.channel("orders");
        let own = orders.clone();
        run.spawn("ada", move |lane| own.send(lane, 1).unwrap()).join();
        let cook = run.spawn("cook", move |lane| kitchen.iter(lane).count());
        assert!(cook.join().is_none(), "the run ends it");
        drop(orders);
    });
    let failed = run.unwrap_err();
    let said = failed.to_string();
    for word in
        ["cook waits to receive from \"orders\"", "1 sender is alive: the first one, which nobody sent with"]
    {
        assert!(said.contains(word), "{said}");
    }
    assert!(begun.elapsed().as_secs() < 10);
    let last = failed.timeline().lane("cook").unwrap().spans().last().copied().unwrap();
    assert!(last.activity == Blocked && !last.ended, "it waited to the end");
}

#[test]
fn at_the_limit_every_stage_says_what_it_waits_for_and_main_is_ended_too() {
    let run = record("two stages").within(150 * MILLISECOND).threads(|run| {
        let (orders, kitchen) = run.channel::<u32>("orders");
        let (meals, table) = run.sync_channel::<u32>("meals", 1);
        run.spawn("cook", move |lane| kitchen.iter(lane).for_each(|order| meals.send(lane, order).unwrap()));
        let main = run.lane("main");
        orders.send(&main, 1).unwrap();
        table.iter(&main).for_each(drop);
        unreachable!("the last sender is this closure's own");
    });
    let said = run.unwrap_err().to_string();
    assert!(
        said.contains("cook waits to receive from \"orders\"") && said.contains("one that main sent with"),
        "{said}"
    );
    assert!(
        said.contains("main waits to receive from \"meals\"") && said.contains("one that cook sent with"),
        "{said}"
    );
}

#[test]
fn a_circle_of_full_channels_ends_at_the_limit_and_is_told() {
    let run = record("circle").within(150 * MILLISECOND).threads(|run| {
        let (to_bob, bob) = run.sync_channel("to bob", 1);
        let (to_ada, ada) = run.sync_channel("to ada", 1);
        run.spawn("ada", move |lane| {
            loop {
                to_bob.send(lane, ()).unwrap();
                to_bob.send(lane, ()).unwrap();
                ada.recv(lane).unwrap();
            }
        });
        run.spawn("bob", move |lane| {
            loop {
                to_ada.send(lane, ()).unwrap();
                to_ada.send(lane, ()).unwrap();
                bob.recv(lane).unwrap();
            }
        });
    });
    let said = run.unwrap_err().to_string();
    assert!(said.contains("ada waits to send into \"to bob\", which is full (1 of 1)"), "{said}");
    assert!(said.contains("bob waits to send into \"to ada\""), "{said}");
}

#[test]
fn nobody_at_work_is_told_as_a_full_channel_that_nobody_received_from() {
    let run = record("no workers").within(100 * MILLISECOND).threads(|run| {
        let (orders, kitchen) = run.sync_channel("orders", 3);
        let sender = run.spawn("ada", move |lane| (0..9).for_each(|order| orders.send(lane, order).unwrap()));
        let workers = 0;
        for _ in 0..workers {
            let kitchen = kitchen.clone();
            run.spawn("cook", move |lane| kitchen.iter(lane).count());
        }
        sender.join();
    });
    let said = run.unwrap_err().to_string();
    assert!(said.contains("full (3 of 3), and from which nobody received"), "{said}");
}

#[test]
fn growth_without_a_bound_is_stopped_before_memory_hurts() {
    let run = record("small").threads(|run| {
        let (orders, kitchen) = run.channel("orders");
        run.spawn("ada", move |lane| while orders.send(lane, 0_u64).is_ok() {});
        run.spawn("cook", move |lane| kitchen.iter(lane).for_each(|_| lane.wait("cooks", 5 * MILLISECOND)));
    });
    let failed = run.unwrap_err();
    let said = failed.to_string();
    assert!(said.contains("too many items in a channel: at most 100000") && said.contains("bound"), "{said}");
    assert_eq!(failed.timeline().counter("orders").unwrap().most() as usize, MOST_ITEMS);
}

#[test]
fn a_sender_without_a_receiver_has_its_item_back() {
    let run = record("goes meanwhile").threads(|run| {
        let (orders, kitchen) = run.sync_channel("orders", 1);
        let ada = run.spawn("ada", move |lane| (1..4).find_map(|order| orders.send(lane, order).err()));
        let main = run.lane("main");
        main.wait("a while", 20 * MILLISECOND);
        assert_eq!(kitchen.recv(&main), Ok(1));
        main.wait("a while", 20 * MILLISECOND);
        drop(kitchen);
        assert_eq!(ada.join().flatten().map(|error| error.0), Some(3));
    });
    assert_eq!(run.unwrap().traffic("orders").unwrap().left, 1, "the second was never received");
}

#[test]
fn a_channel_whose_senders_went_early_gives_what_is_left_and_ends() {
    let mut received = 0;
    record("early")
        .threads(|run| {
            let (orders, kitchen) = run.channel("orders");
            let main = run.lane("main");
            (0..5).for_each(|order| orders.send(&main, order).unwrap());
            drop(orders);
            received = kitchen.iter(&main).count();
            assert!(kitchen.recv(&main).is_err() && kitchen.try_recv(&main).is_err());
        })
        .unwrap();
    assert_eq!(received, 5);
}

#[test]
fn an_item_may_hold_a_sender_of_its_own_channel() {
    let run = record("reply to").threads(|run| {
        let (orders, kitchen) = run.channel("orders");
        let main = run.lane("main");
        let own = orders.clone();
        orders.send(&main, Box::new(own) as Box<dyn std::any::Any + Send>).unwrap();
        drop(kitchen);
    });
    assert!(run.is_ok());
}

#[test]
fn what_cannot_be_had_is_said() {
    let run = record("absurd").threads(|run| drop(run.sync_channel::<u8>("orders", usize::MAX)));
    assert!(run.unwrap_err().to_string().contains("too many places in a channel"));
    let run = record("no room").tasks(CurrentThread, async |run| drop(run.channel::<u8>("orders", 0)));
    assert!(run.unwrap_err().to_string().contains("without any room"));
    let run = record("burnt").threads(|run| {
        let (orders, kitchen) = run.channel("orders");
        drop(kitchen);
        run.spawn("ada", move |lane| orders.send(lane, 1).unwrap());
    });
    let said = run.unwrap_err().to_string();
    assert!(said.contains("\"ada\" panicked") && said.contains("SendError"), "{said}");
}

/// Twelve cakes through three stages, with so many bakers; all sleep, so cores do not matter.
fn bakery(bakers: usize, bound: usize) -> Timeline {
    let run = record("bakery").threads(|run| {
        let (mixed, oven) = run.sync_channel("mixed", bound);
        let (baked, table) = run.sync_channel("baked", bound);
        run.spawn("mixer", move |lane| {
            for cake in 0..12 {
                lane.wait("mixes", 2 * MILLISECOND);
                mixed.send(lane, cake).unwrap();
            }
        });
        for baker in 0..bakers {
            let (oven, baked) = (oven.clone(), baked.clone());
            run.spawn(format!("baker {baker}"), move |lane| {
                for cake in oven.iter(lane) {
                    lane.wait("bakes", 20 * MILLISECOND);
                    baked.send(lane, cake).unwrap();
                }
            });
        }
        drop((oven, baked));
        run.spawn("packer", move |lane| table.iter(lane).for_each(|_| lane.wait("packs", 2 * MILLISECOND)));
    });
    run.unwrap()
}

/// How many bakers baked at the same time, in the mean from the first cake's begin to the last one's end.
fn at_work(run: &Timeline) -> f64 {
    let baking: Vec<_> = run.lanes.iter().flat_map(|lane| lane.called("bakes")).collect();
    let (start, end) = (baking.iter().map(|span| span.start).min(), baking.iter().map(|span| span.end).max());
    let sum: u64 = baking.iter().map(|span| span.length()).sum();
    sum as f64 / (end.unwrap() - start.unwrap()) as f64
}

#[test]
fn more_room_makes_no_stage_faster_and_more_workers_there_do() {
    let [one, roomy] = [2, 50].map(|bound| bakery(1, bound));
    assert!(at_work(&one) <= 1.0 && at_work(&roomy) <= 1.0);
    let waited = |run: &Timeline| run.traffic("mixed").unwrap().depth;
    assert!(waited(&roomy) > 2.0 && waited(&one) <= 2.0, "it moves the waiting");
    assert!(one.total("mixer", Blocked).unwrap() > roomy.total("mixer", Blocked).unwrap());
    // A machine that is busy with others may keep both bakers from their cakes: not three times.
    let two: Vec<f64> = (0..3).map(|_| at_work(&bakery(2, 20))).collect();
    assert!(two.iter().any(|bakers| *bakers > 1.3), "{two:?} of two bakers at work");
}

#[test]
fn littles_law_holds_for_what_was_measured() {
    let traffic = bakery(1, 4).traffic("mixed").unwrap();
    let rate = traffic.received as f64 / traffic.time.count();
    let depth = rate * traffic.delay.count();
    assert!((depth - traffic.depth).abs() < 0.02 * depth, "{depth} by the law, {} measured", traffic.depth);
}

#[test]
fn a_figure_of_items_that_came_too_quickly_says_so() {
    let run = |pause: f64| {
        let run = record("quick").threads(|run| {
            let (orders, kitchen) = run.channel("orders");
            let main = run.lane("main");
            for order in 0..40 {
                orders.send(&main, order).unwrap();
                kitchen.recv(&main).unwrap();
                if pause > 0.0 {
                    main.wait("takes its time", pause * MILLISECOND);
                }
            }
        });
        run.unwrap().notes
    };
    assert!((0..5).any(|_| run(0.0).iter().any(|note| note.contains("recording it takes"))));
    assert!(run(0.5).is_empty());
}

#[test]
fn tasks_lose_nothing_keep_their_order_and_the_bound() {
    for (runtime, bound) in [(CurrentThread, 1), (CurrentThread, 4), (Workers(2), 3)] {
        let mut received = Vec::new();
        let run = record("tasks").tasks(runtime, async |run| {
            let (orders, mut kitchen) = run.channel("orders", bound);
            for sender in 0..3 {
                let orders = orders.clone();
                tokio::spawn(run.task(format!("sender {sender}"), async move {
                    for number in 0..ITEMS {
                        orders.send((sender, number)).await.unwrap();
                    }
                }));
            }
            drop(orders);
            let cook = async {
                while let Some(item) = kitchen.recv().await {
                    received.push(item);
                }
            };
            run.task("cook", cook).await;
        });
        let run = run.unwrap();
        for sender in 0..3 {
            let own: Vec<_> = received.iter().filter(|item| item.0 == sender).map(|item| item.1).collect();
            assert_eq!(own, (0..ITEMS).collect::<Vec<_>>());
        }
        let traffic = run.traffic("orders").unwrap();
        assert!(
            traffic.most <= bound as f64 && traffic.received == 3 * ITEMS && traffic.left == 0,
            "{traffic}"
        );
        let full = |name: &str| run.lane(name).unwrap().marked(MarkKind::Full).is_some();
        assert!((0..3).any(|sender| full(&format!("sender {sender}"))));
    }
}

#[test]
fn a_send_and_a_receive_that_are_cancelled_lose_nothing() {
    let mut received = Vec::new();
    let run = record("cancelled").tasks(CurrentThread, async |run| {
        let (orders, mut kitchen) = run.channel("orders", 1);
        let waits = run.task("waits", async {
            timeout(5 * MILLISECOND, kitchen.recv()).await.unwrap_err();
            orders.send(1).await.unwrap();
            timeout(5 * MILLISECOND, orders.send(2)).await.unwrap_err();
            drop(orders.send(3));
        });
        waits.await;
        drop(orders);
        while let Some(item) = kitchen.recv().await {
            received.push(item);
        }
    });
    assert_eq!(run.unwrap().traffic("orders").unwrap().received, 1);
    assert_eq!(received, [1]);
}

#[test]
fn tasks_that_wait_for_ever_are_told_at_the_limit() {
    let run = record("never closed").within(150 * MILLISECOND).tasks(CurrentThread, async |run| {
        let (orders, mut kitchen) = run.channel::<u32>("orders", 4);
        let own = orders.clone();
        run.task("ada", async move { own.send(1).await.unwrap() }).await;
        run.task("cook", async { while kitchen.recv().await.is_some() {} }).await;
        drop(orders);
    });
    let said = run.unwrap_err().to_string();
    assert!(
        said.contains("cook waits to receive from \"orders\"") && said.contains("nobody sent with"),
        "{said}"
    );
}

#[test]
fn an_unbounded_channel_of_tasks_is_stopped_as_well() {
    let run = record("grows").tasks(CurrentThread, async |run| {
        let (orders, mut kitchen) = run.unbounded_channel("orders");
        let ada = tokio::spawn(run.task("ada", async move {
            for number in 0_u64.. {
                orders.send([number; 32]).unwrap();
                if number % 64 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        }));
        let cook = run.task("cook", async {
            while kitchen.recv().await.is_some() {
                sleep(1 * MILLISECOND).await;
            }
        });
        tokio::join!(async { drop(ada.await) }, cook);
    });
    let failed = run.unwrap_err();
    assert!(failed.to_string().contains("nothing makes the senders of \"orders\" wait"), "{failed}");
    assert!(failed.timeline().length() < 15_000 * MILLISECOND);
}

#[test]
fn a_task_whose_receiver_is_gone_has_its_item_back() {
    record("gone")
        .tasks(CurrentThread, async |run| {
            let (orders, kitchen) = run.channel("orders", 1);
            let (more, album) = run.unbounded_channel("more");
            drop((kitchen, album));
            let ada = run.task("ada", async {
                assert_eq!(orders.send(7).await.unwrap_err().0, 7);
                assert_eq!(more.send(8).unwrap_err().0, 8);
            });
            ada.await;
        })
        .unwrap();
}
