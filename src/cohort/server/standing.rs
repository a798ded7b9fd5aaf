//! The rule that says what a cohort's members may do at a time. Before the start they see the
//! cohort's home. After the end they read, and post nothing.

use chrono::{DateTime, Utc};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CohortStanding {
    /// The cohort starts at this time.
    Before(DateTime<Utc>),
    Open,
    Ended,
}

impl CohortStanding {
    /// The standing at `now` of a cohort with these first and last instants. The start belongs to
    /// the cohort, the end does not.
    pub fn at(
        starts_at: DateTime<Utc>,
        ends_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        match ends_at {
            _ if now < starts_at => Self::Before(starts_at),
            Some(ends_at) if ends_at <= now => Self::Ended,
            _ => Self::Open,
        }
    }

    /// Whether members may study the course.
    pub fn may_study(self) -> bool {
        matches!(self, Self::Open | Self::Ended)
    }

    /// Whether members may write to the cohort: answers, messages and project work.
    pub fn may_post(self) -> bool {
        self == Self::Open
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    fn at(minutes: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minutes)
    }

    #[test]
    fn the_first_instant_belongs_to_the_cohort_and_the_last_does_not() {
        let standing = |now| CohortStanding::at(at(10), Some(at(20)), at(now));
        assert_eq!(standing(9), CohortStanding::Before(at(10)));
        assert_eq!(standing(10), CohortStanding::Open);
        assert_eq!(standing(19), CohortStanding::Open);
        assert_eq!(standing(20), CohortStanding::Ended);
        assert_eq!(
            CohortStanding::at(at(10), None, at(9_999)),
            CohortStanding::Open
        );
    }

    proptest! {
        #[test]
        fn a_cohort_goes_only_forward(start in 0i64..100, days in 1i64..100, now in 0i64..300, later in 0i64..300) {
            let order = |standing| match standing {
                CohortStanding::Before(_) => 0,
                CohortStanding::Open => 1,
                CohortStanding::Ended => 2,
            };
            let standing = |now| CohortStanding::at(at(start), Some(at(start + days)), at(now));
            prop_assert!(order(standing(now)) <= order(standing(now + later)));
            prop_assert!(!standing(now).may_post() || standing(now).may_study());
        }
    }
}
