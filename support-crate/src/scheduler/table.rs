//! Policies side by side: a row for each, from the same jobs.

use super::Schedule;
use crate::table::Table;

/// The means of each policy in wall time, with its fairness, its switches, the CPU time that its jobs used and what other
/// programs took. Times are in the unit of the first.
pub fn policies(schedules: &[&Schedule]) -> Table {
    let unit = schedules.first().map_or("", |schedule| schedule.others.unit().symbol);
    let timed = |name: &str| format!("{name} ({unit})");
    let head = [
        "policy".to_owned(),
        timed("mean turnaround"),
        timed("mean response"),
        timed("mean queueing time"),
        "fairness".to_owned(),
        "switches".to_owned(),
        timed("CPU time"),
        timed("taken by others"),
    ];
    let mut table = Table::new("policies side by side, wall time", head);
    for schedule in schedules {
        let means = [schedule.mean_turnaround(), schedule.mean_response(), schedule.mean_queueing_time()];
        let [turnaround, response, queueing] = means.map(|mean| format!("{:.2}", mean.count()));
        table.row([
            schedule.policy.clone(),
            turnaround,
            response,
            queueing,
            format!("{:.2}", schedule.fairness()),
            schedule.switches.to_string(),
            format!("{:.1}", schedule.cpu().count()),
            format!("{:.1}", schedule.others.count()),
        ]);
    }
    table
}
