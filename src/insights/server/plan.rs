//! The progress of a cohort by week, beside its plan.

use crate::platform::charts::ChartPlace;

/// Weeks that a chart has at most.
const MOST_WEEKS: i32 = 30;

/// The work of a cohort: all that is to do, and all that is done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CohortWork {
    pub members: i64,
    /// The number of topics of each module, and the week in which it opens, from 0. None for a
    /// module without a date.
    pub modules: Vec<(i64, Option<i32>)>,
    /// Topics that members completed in each week, from 0.
    pub done: Vec<(i32, i64)>,
    /// The present week, and the last one of the cohort.
    pub now: i32,
    pub last: Option<i32>,
}

impl CohortWork {
    pub fn topics(&self) -> i64 {
        self.modules.iter().map(|(topics, _)| topics).sum()
    }

    /// The share of the topics that should be done at the end of a week, in percent. Modules are
    /// planned for the week in which they open, those without a date for the first one. Without any
    /// date the work is spread evenly until the end of the cohort. None if it has no end either.
    pub fn planned(&self, week: i32) -> Option<f64> {
        let all = self.topics();
        if all == 0 {
            return None;
        }
        if self.modules.iter().any(|(_, opens)| opens.is_some()) {
            let open = self.modules.iter();
            let open = open.filter(|(_, opens)| opens.unwrap_or(0) <= week);
            let topics: i64 = open.map(|(topics, _)| topics).sum();
            return Some(percent(topics, all));
        }
        let weeks = self.last? + 1;
        Some(percent((week + 1).min(weeks).into(), weeks.into()))
    }

    /// The share of the topics that all members together had done at the end of a week, in percent.
    /// None for a week to come.
    pub fn done_by(&self, week: i32) -> Option<f64> {
        let all = self.topics() * self.members;
        if week > self.now || all == 0 {
            return None;
        }
        let until = self.done.iter().filter(|(at, _)| *at <= week);
        Some(percent(until.map(|(_, topics)| topics).sum(), all))
    }

    /// The weeks from the first to the last one, or to the present one.
    pub fn places(&self) -> Vec<ChartPlace> {
        let opening = self.modules.iter().filter_map(|(_, opens)| *opens).max();
        let last = self.last.or(opening).unwrap_or(0).max(self.now);
        (0..=last.min(MOST_WEEKS - 1))
            .map(|week| {
                let (value, planned) = (self.done_by(week), self.planned(week));
                let number = week + 1;
                let done = value.map(|value| format!("{value:.0}% done"));
                let plan = planned.map(|planned| format!("{planned:.0}% planned"));
                let said: Vec<String> = done.into_iter().chain(plan).collect();
                ChartPlace {
                    short: number.to_string(),
                    said: format!("Week {number}: {}", said.join(", ")),
                    value,
                    planned,
                }
            })
            .collect()
    }
}

fn percent(part: i64, of: i64) -> f64 {
    100.0 * part as f64 / of.max(1) as f64
}

/// Returns the number of weeks in a row with study. `studied` has the weeks before the present one
/// (1 is the last one) and the present one (0). The present week only counts once there was study
/// in it, and a single week without study in between is forgiven.
pub fn weeks_in_a_row(studied: &[i32]) -> i32 {
    let has = |week: i32| studied.contains(&week);
    let mut week = if has(0) { 0 } else { 1 };
    let mut row = 0;
    loop {
        if has(week) {
            row += 1;
        } else if !has(week + 1) {
            return row;
        }
        week += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn work() -> CohortWork {
        CohortWork {
            members: 2,
            modules: vec![(2, None), (4, Some(1)), (4, Some(3))],
            done: vec![(0, 4), (2, 6)],
            now: 2,
            last: Some(5),
        }
    }

    #[test]
    fn modules_are_planned_for_the_week_in_which_they_open() {
        let work = work();
        let planned: Vec<Option<f64>> = (0..5).map(|week| work.planned(week)).collect();
        assert_eq!(planned, [20.0, 60.0, 60.0, 100.0, 100.0].map(Some));
        let done: Vec<Option<f64>> = (0..4).map(|week| work.done_by(week)).collect();
        assert_eq!(done, [Some(20.0), Some(20.0), Some(50.0), None]);
        let places = work.places();
        assert_eq!(places.len(), 6);
        assert_eq!(places[2].said, "Week 3: 50% done, 60% planned");
        assert_eq!(places[5].said, "Week 6: 100% planned");
    }

    #[test]
    fn without_dates_the_work_is_spread_evenly() {
        let mut even = CohortWork {
            modules: vec![(3, None)],
            last: Some(3),
            ..work()
        };
        assert_eq!(even.planned(0), Some(25.0));
        assert_eq!(even.planned(9), Some(100.0));
        even.last = None;
        assert_eq!(even.planned(0), None);
        assert_eq!(even.places().len(), 3);
        assert_eq!(CohortWork::default().done_by(0), None);
    }

    #[test]
    fn one_week_without_study_does_not_end_a_row() {
        for (studied, row) in [
            (&[][..], 0),
            (&[0], 1),
            (&[1, 2], 2),
            (&[0, 1, 3, 4], 4),
            (&[0, 3], 1),
            (&[2, 3], 2),
            (&[3, 4], 0),
        ] {
            assert_eq!(weeks_in_a_row(studied), row, "{studied:?}");
        }
    }

    proptest! {
        #[test]
        fn more_study_never_shortens_a_row(studied in proptest::collection::vec(0..20_i32, 0..20), more in 0..20_i32) {
            let mut with = studied.clone();
            with.push(more);
            prop_assert!(weeks_in_a_row(&with) >= weeks_in_a_row(&studied));
            prop_assert!(weeks_in_a_row(&studied) <= i32::try_from(studied.len()).unwrap());
        }

        #[test]
        fn shares_stay_within_bounds_and_never_fall(now in 0..20_i32, opens in proptest::collection::vec(proptest::option::of(0..12_i32), 1..6)) {
            let work = CohortWork {
                members: 3,
                modules: opens.into_iter().map(|opens| (2, opens)).collect(),
                done: vec![(0, 1), (4, 3)],
                now,
                last: None,
            };
            let places = work.places();
            for pair in places.windows(2) {
                prop_assert!(pair[0].planned <= pair[1].planned);
                prop_assert!(pair[1].value.is_none() || pair[0].value <= pair[1].value);
            }
            prop_assert!(places.iter().filter_map(|place| place.planned).all(|share| (0.0..=100.0).contains(&share)));
        }
    }
}
