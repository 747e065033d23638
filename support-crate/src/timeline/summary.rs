//! A timeline as a table: a row for each lane, how long it did what.

use super::{Activity, Lane, Timeline};
use crate::table::Table;

impl Timeline {
    /// The timeline as a table, in its own unit: when each lane began and was done, how long it did what, the CPU time of
    /// lanes that had a thread for themselves, and the kernel's count of their context switches.
    pub fn summary(&self) -> Table {
        let symbol = self.unit.symbol;
        let times =
            ["began", "done"].into_iter().chain(Activity::ALL.map(Activity::name)).chain(["CPU time"]);
        let mut head = vec!["lane".to_owned()];
        head.extend(times.map(|name| format!("{name} ({symbol})")));
        let switches = self.lanes.iter().any(|lane| lane.switches.is_some());
        if switches {
            head.extend(["involuntary switches", "voluntary switches"].map(str::to_owned));
        }
        let mut table = Table::new(&self.title, head);
        self.lanes.iter().for_each(|lane| table.row(self.cells(lane, switches)));
        table
    }

    fn cells(&self, lane: &Lane, switches: bool) -> Vec<String> {
        let start = self.start();
        let count = |nanoseconds: u64| format!("{:.1}", self.unit.count(nanoseconds));
        let moment = |at: Option<u64>| count(at.unwrap_or(start) - start);
        let mut cells = vec![lane.name.clone(), moment(lane.start()), moment(lane.end())];
        cells.extend(Activity::ALL.map(|activity| count(lane.nanos(activity))));
        cells.push(lane.cpu.map_or("–".to_owned(), |cpu| count(cpu.as_nanos() as u64)));
        if switches {
            let told = lane.switches.map(|switches| [switches.involuntary, switches.voluntary]);
            cells
                .extend(told.map_or(["–", "–"].map(str::to_owned), |two| two.map(|count| count.to_string())));
        }
        cells
    }

    /// What the kernel's scheduler did with each thread, as a table: share of the core, time slices, queueing.
    pub fn slice_table(&self) -> Table {
        let head = [
            "thread",
            "nice",
            "share (%)",
            "on the core (ms)",
            "slices",
            "median slice (ms)",
            "longest in the run queue (ms)",
            "involuntary switches",
            "voluntary switches",
            "interrupts",
        ];
        let mut table = Table::new(&self.title, head);
        for (name, share) in self.shares() {
            let Ok(lane) = self.lane(&name) else { continue };
            let nice = lane.nice.map_or("–".to_owned(), |nice| nice.to_string());
            let switches = lane.switches.unwrap_or_default();
            table.row([
                name.clone(),
                lane.policy.filter(|policy| *policy != "SCHED_OTHER").map_or(nice, str::to_owned),
                format!("{share:.0}"),
                format!("{:.1}", lane.nanos(Activity::Running) as f64 / 1e6),
                lane.slices().len().to_string(),
                format!("{:.1}", lane.median_slice().in_unit(crate::time::MILLISECOND).count()),
                format!("{:.1}", lane.longest_queueing().in_unit(crate::time::MILLISECOND).count()),
                switches.involuntary.to_string(),
                switches.voluntary.to_string(),
                lane.interrupts.count.to_string(),
            ]);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use crate::time::MINUTE;
    use crate::timeline::{Activity, Lane, Timeline};

    #[test]
    fn the_table_counts_in_the_story_s_unit() {
        let lane = Lane::new("Amir").with_span(0..100_000_000, Activity::Waiting, "reads").unwrap();
        let table = Timeline::new("tables").in_unit(MINUTE).with_lane(lane).summary();
        assert_eq!(table.cell("Amir", "waiting (min)"), Some("10.0"));
    }
}
