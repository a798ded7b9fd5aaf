//! When a card comes back. FSRS-6 tells stability and difficulty after each grade; intervals are
//! whole days of the learner's time zone, but for cards that are being learned.
//!
//! Source: the crate `fsrs` and its description of the algorithm,
//! <https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm>.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use fsrs::{FSRS, FSRS6_DEFAULT_DECAY, MemoryState, NextStates};
use uuid::Uuid;

use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::CardId;
use crate::platform::time::Clock;
use crate::study::Grade;

/// Algorithm and version of the crate, kept with each card.
pub const ALGORITHM: &str = "fsrs-6 6.6.2";

/// Minutes until a card comes back that was not remembered.
const AGAIN_MINUTES: i64 = 5;

/// Minutes until a new card comes back that was hard.
const HARD_MINUTES: i64 = 10;

/// Longest interval.
const MOST_DAYS: i64 = 36_500;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardStage {
    New,
    Learning,
    Review,
    Relearning,
}

impl CardStage {
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Learning => "learning",
            Self::Review => "review",
            Self::Relearning => "relearning",
        }
    }

    pub fn parse(name: &str) -> Self {
        match name {
            "learning" => Self::Learning,
            "review" => Self::Review,
            "relearning" => Self::Relearning,
            _ => Self::New,
        }
    }
}

/// The schedule of a card before a review.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CardMemory {
    pub card: Uuid,
    pub stage: CardStage,
    /// None for a new card.
    pub memory: Option<Recall>,
    pub last_day: Option<NaiveDate>,
    pub reviews: i32,
}

impl CardMemory {
    /// The schedule of a card as it is stored.
    pub fn of(
        card: CardId,
        state: &str,
        (stability, difficulty): (Option<f32>, Option<f32>),
        last_day: Option<NaiveDate>,
        reviews: i32,
    ) -> Self {
        let memory = stability.zip(difficulty);
        Self {
            card: card.0,
            stage: CardStage::parse(state),
            memory: memory.map(|(stability, difficulty)| Recall {
                stability,
                difficulty,
            }),
            last_day,
            reviews,
        }
    }
}

/// The state of a memory as FSRS describes it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recall {
    /// Days after which nine of ten such memories are left.
    pub stability: f32,
    /// From 1 to 10.
    pub difficulty: f32,
}

/// The schedule of a card after a grade.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scheduled {
    pub stage: CardStage,
    pub memory: Recall,
    pub wait: CardWait,
}

/// The time until a card comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardWait {
    Minutes(i64),
    /// To the start of a later day.
    Days(i64),
}

impl CardWait {
    pub fn due_at(self, clock: &Clock) -> DateTime<Utc> {
        match self {
            Self::Minutes(minutes) => clock.now + TimeDelta::minutes(minutes),
            Self::Days(days) => day_start(clock.zone, today(clock) + TimeDelta::days(days)),
        }
    }

    /// The wait as a button says it.
    pub fn words(self) -> String {
        let of = |count: i64, unit: &str| match count {
            1 => format!("1 {unit}"),
            count => format!("{count} {unit}s"),
        };
        match self {
            Self::Minutes(minutes) => of(minutes, "minute"),
            Self::Days(days) if days < 60 => of(days, "day"),
            Self::Days(days) if days < 730 => of(days / 30, "month"),
            Self::Days(days) => of(days / 365, "year"),
        }
    }
}

/// The day in the learner's time zone.
pub fn today(clock: &Clock) -> NaiveDate {
    clock.now.with_timezone(&clock.zone).date_naive()
}

/// The first moment of a day: midnight, or the hour after it if summer time skips midnight.
pub fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    let midnight = day.and_time(NaiveTime::MIN);
    let local = (0..4).find_map(|hours| {
        zone.from_local_datetime(&(midnight + TimeDelta::hours(hours)))
            .earliest()
    });
    local.map_or_else(|| midnight.and_utc(), |local| local.with_timezone(&Utc))
}

/// Returns the schedule after each grade, in the order of [`Grade::ALL`].
pub fn after_each(
    standing: &CardMemory,
    desired_retention: f32,
    clock: &Clock,
) -> AppResult<[(Grade, Scheduled); 4]> {
    let elapsed = standing
        .last_day
        .map_or(0, |last| (today(clock) - last).num_days());
    // A clock that was set back counts as the same day.
    let elapsed = u32::try_from(elapsed).unwrap_or(0);
    let states = states(standing.memory, desired_retention, elapsed)?;
    let days = days_of(standing, &states);
    let of = |state: &fsrs::ItemState| Recall {
        stability: state.memory.stability,
        difficulty: state.memory.difficulty.clamp(1.0, 10.0),
    };
    let missed = match standing.stage {
        CardStage::New | CardStage::Learning => CardStage::Learning,
        CardStage::Review | CardStage::Relearning => CardStage::Relearning,
    };
    let [hard_days, good_days, easy_days] = days;
    let hard = match standing.stage {
        CardStage::Review => (CardStage::Review, CardWait::Days(hard_days)),
        _ => (missed, CardWait::Minutes(HARD_MINUTES)),
    };
    let scheduled = |state: &fsrs::ItemState, (stage, wait): (CardStage, CardWait)| Scheduled {
        stage,
        memory: of(state),
        wait,
    };
    let later = |days: i64| (CardStage::Review, CardWait::Days(days));
    Ok([
        (
            Grade::Again,
            scheduled(&states.again, (missed, CardWait::Minutes(AGAIN_MINUTES))),
        ),
        (Grade::Hard, scheduled(&states.hard, hard)),
        (Grade::Good, scheduled(&states.good, later(good_days))),
        (Grade::Easy, scheduled(&states.easy, later(easy_days))),
    ])
}

fn states(memory: Option<Recall>, retention: f32, elapsed: u32) -> AppResult<NextStates> {
    let memory = memory.map(|memory| MemoryState {
        stability: memory.stability,
        difficulty: memory.difficulty,
    });
    let broken = |error: fsrs::FSRSError| AppError::internal(&format!("{error:?}"));
    let fsrs = FSRS::new(&[]).map_err(broken)?;
    fsrs.next_states(memory, retention, elapsed).map_err(broken)
}

/// Days until the card comes back after Hard, Good and Easy. An easier grade never comes back
/// sooner.
fn days_of(standing: &CardMemory, states: &NextStates) -> [i64; 3] {
    let fuzzed = |interval: f32, grade: Grade| fuzz(whole(interval), standing, grade);
    let hard = fuzzed(states.hard.interval, Grade::Hard);
    let least = match standing.stage {
        CardStage::Review => hard + 1,
        _ => 1,
    };
    let good = fuzzed(states.good.interval, Grade::Good).max(least);
    let easy = fuzzed(states.easy.interval, Grade::Easy).max(good + 1);
    [hard, good, easy].map(|days| days.min(MOST_DAYS))
}

fn whole(interval: f32) -> i64 {
    // The cast saturates, and is of a number that is at most the longest interval.
    (interval.round() as i64).clamp(1, MOST_DAYS)
}

/// Moves an interval by a few days, so that cards that were learned together do not stay together.
/// The same card gets the same days each time it is asked, so that the buttons tell the truth.
/// The range is that of Anki.
fn fuzz(days: i64, standing: &CardMemory, grade: Grade) -> i64 {
    if days < 3 {
        return days;
    }
    let share = |from: i64, to: i64, percent: i64| (days.min(to) - from).max(0) * percent;
    let percent = share(2, 7, 15) + share(7, 20, 10) + share(20, MOST_DAYS, 5);
    let most = 1 + percent / 100;
    let seed = mixed(standing.card, standing.reviews, grade);
    let width = u64::try_from(2 * most + 1).unwrap_or(1);
    let moved = i64::try_from(seed % width).unwrap_or(0) - most;
    (days + moved).max(2)
}

/// A number that looks random, from the card and its number of reviews. Source: SplitMix64.
fn mixed(card: Uuid, reviews: i32, grade: Grade) -> u64 {
    let (high, low) = card.as_u64_pair();
    let mut z = high ^ low.rotate_left(17);
    z = z.wrapping_add(u64::from(reviews.unsigned_abs()) * 4 + u64::from(grade.number()));
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The probability that the card is still remembered after these days.
pub fn retrievability(memory: Recall, days: i64) -> f32 {
    let state = MemoryState {
        stability: memory.stability,
        difficulty: memory.difficulty,
    };
    // Days beyond a century make no difference.
    let days = days.clamp(0, MOST_DAYS) as f32;
    fsrs::current_retrievability(state, days, FSRS6_DEFAULT_DECAY)
}

#[cfg(test)]
mod tests {
    use fsrs::{FSRSItem, FSRSReview};
    use proptest::prelude::*;

    use super::*;

    fn clock(at: &str) -> Clock {
        Clock {
            zone: chrono_tz::Asia::Kolkata,
            now: at.parse().unwrap(),
        }
    }

    fn new(card: u128) -> CardMemory {
        CardMemory {
            card: Uuid::from_u128(card),
            stage: CardStage::New,
            memory: None,
            last_day: None,
            reviews: 0,
        }
    }

    /// Reviews the card and returns its next standing, with the day on which it is due.
    fn review(standing: &CardMemory, grade: Grade, clock: &Clock) -> (CardMemory, Scheduled) {
        let all = after_each(standing, 0.9, clock).unwrap();
        let (_, after) = all.into_iter().find(|(of, _)| *of == grade).unwrap();
        let next = CardMemory {
            stage: after.stage,
            memory: Some(after.memory),
            last_day: Some(today(clock)),
            reviews: standing.reviews + 1,
            ..*standing
        };
        (next, after)
    }

    #[test]
    fn a_day_is_a_day_of_the_learners_zone() {
        // In Kolkata it is the next day already.
        let late = clock("2026-03-10T20:00:00Z");
        assert_eq!(today(&late).to_string(), "2026-03-11");
        let due = CardWait::Days(1).due_at(&late);
        assert_eq!(due.to_rfc3339(), "2026-03-11T18:30:00+00:00");
        assert_eq!(CardWait::Minutes(5).words(), "5 minutes");
        assert_eq!(CardWait::Days(1).words(), "1 day");
        assert_eq!(CardWait::Days(90).words(), "3 months");
        // Midnight does not exist in this zone on this day.
        let day = NaiveDate::from_ymd_opt(2026, 9, 6).unwrap();
        let start = day_start(chrono_tz::America::Santiago, day);
        assert_eq!(start.to_rfc3339(), "2026-09-06T04:00:00+00:00");
    }

    #[test]
    fn easier_grades_wait_longer_and_a_miss_comes_back_at_once() {
        let now = clock("2026-03-10T08:00:00Z");
        let all = after_each(&new(1), 0.9, &now).unwrap();
        let waits: Vec<CardWait> = all.iter().map(|(_, after)| after.wait).collect();
        assert_eq!(waits[..2], [CardWait::Minutes(5), CardWait::Minutes(10)]);
        assert!(
            matches!((waits[2], waits[3]), (CardWait::Days(good), CardWait::Days(easy)) if good < easy)
        );
        let (learned, _) = review(&new(1), Grade::Good, &now);
        let later = clock("2026-03-13T08:00:00Z");
        let (missed, after) = review(&learned, Grade::Again, &later);
        assert_eq!(after.stage, CardStage::Relearning);
        assert!(missed.memory.unwrap().stability < learned.memory.unwrap().stability);
    }

    #[test]
    fn a_clock_that_was_set_back_counts_as_the_same_day() {
        let (learned, _) = review(&new(1), Grade::Good, &clock("2026-03-10T08:00:00Z"));
        let same = after_each(&learned, 0.9, &clock("2026-03-10T09:00:00Z")).unwrap();
        let back = after_each(&learned, 0.9, &clock("2026-03-01T09:00:00Z")).unwrap();
        for ((_, same), (_, back)) in same.iter().zip(back.iter()) {
            assert_eq!(same.memory, back.memory);
        }
    }

    fn grade(number: u8) -> Grade {
        Grade::ALL[usize::from(number - 1)]
    }

    proptest! {
        /// Step by step, as cards are reviewed here, gives what the crate gives for the history.
        #[test]
        fn histories_give_what_the_crate_gives(history in prop::collection::vec((1u8..=4, 0u32..200), 1..12)) {
            let mut standing = new(7);
            let mut now = clock("2026-03-10T08:00:00Z");
            let mut reviews = Vec::new();
            for (at, (number, days)) in history.iter().enumerate() {
                let days = if at == 0 { 0 } else { *days };
                now.now += TimeDelta::days(i64::from(days));
                reviews.push(FSRSReview { rating: u32::from(*number), delta_t: days });
                (standing, _) = review(&standing, grade(*number), &now);
            }
            let whole = FSRS::new(&[]).unwrap().memory_state(FSRSItem { reviews }, None).unwrap();
            let own = standing.memory.unwrap();
            prop_assert!((own.stability - whole.stability).abs() <= 1e-4 * whole.stability.max(1.0));
            prop_assert!((own.difficulty - whole.difficulty).abs() <= 1e-4);
        }

        #[test]
        fn intervals_grow_with_each_good(card in any::<u128>(), times in 1usize..8) {
            let mut standing = new(card);
            let mut now = clock("2026-03-10T08:00:00Z");
            let mut before = 0;
            for _ in 0..times {
                let (next, after) = review(&standing, Grade::Good, &now);
                let CardWait::Days(days) = after.wait else { panic!("minutes") };
                let memory = after.memory;
                prop_assert!(memory.stability > 0.0 && (1.0..=10.0).contains(&memory.difficulty));
                prop_assert!(days > before, "{days} after {before}");
                prop_assert!((after.wait.due_at(&now) - now.now).num_days() >= days - 1);
                before = days;
                now.now += TimeDelta::days(days);
                standing = next;
            }
        }

        #[test]
        fn retrievability_falls_from_one(stability in 0.1f32..1000.0, days in 0i64..1000) {
            let memory = Recall { stability, difficulty: 5.0 };
            let (now, later) = (retrievability(memory, days), retrievability(memory, days + 1));
            prop_assert!(later < now && now <= 1.0 && later > 0.0);
        }
    }
}
