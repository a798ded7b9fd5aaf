//! The rules that lock and unlock parts of a course. A course has modules, a module has sections
//! of two topics, and a section may end in a quiz. A section unlocks when the earlier quizzes of
//! its module are passed. A module unlocks when the last quiz of the module before it is passed
//! and the cooldown is over. A section or module without a quiz holds nothing back. A module of a
//! cohort may have a time before which it stays locked, whatever its gate says.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::platform::ids::QuizNumber;

/// A module as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModuleShape {
    pub number: i32,
    /// False for front and back matter, which is always open and holds nothing back.
    pub gates: bool,
    /// Sections that have questions, in ascending order.
    pub quizzes: Vec<i32>,
    /// Time before which the module is locked, unless a tutor unlocks it.
    pub opens_at: Option<DateTime<Utc>>,
}

/// The pace at which a course may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    pub is_gated: bool,
    pub cooldown: TimeDelta,
}

/// A learner's progress, as the input of the rules.
#[derive(Debug, Clone, Default)]
pub struct ModuleTimes {
    /// Time at which each module was unlocked, by its gate or by a tutor. An unlocked module stays
    /// open, even if the course changes.
    pub unlocked: HashMap<i32, DateTime<Utc>>,
    /// Time at which each quiz was first passed or excused.
    pub passed: HashMap<QuizNumber, DateTime<Utc>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    AfterQuiz {
        quiz: QuizNumber,
        /// Earliest time to unlock if passing the quiz now would not be enough, because of a
        /// cooldown.
        not_before: Option<DateTime<Utc>>,
    },
    From(DateTime<Utc>),
}

impl Lock {
    /// The earliest time at which the lock may open, as far as is known.
    fn earliest(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::AfterQuiz { not_before, .. } => not_before.unwrap_or(now),
            Self::From(at) => at,
        }
    }

    /// The lock of a module that has this lock and also stays locked until `at`.
    fn until(self, at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Self {
        let Some(at) = at.filter(|&at| at > now) else {
            return self;
        };
        match self {
            Self::AfterQuiz { quiz, not_before } => Self::AfterQuiz {
                quiz,
                not_before: not_before.max(Some(at)),
            },
            Self::From(from) => Self::From(from.max(at)),
        }
    }
}

/// The gate of one module, as it stands for one learner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gate {
    pub number: i32,
    /// The time since which the module is open, or the reason why it is locked.
    pub open: Result<DateTime<Utc>, Lock>,
    /// Time at which the module's last quiz was first passed or excused.
    pub passed_at: Option<DateTime<Utc>>,
    /// Sections with a quiz, and whether each quiz is passed.
    quizzes: Vec<(i32, bool)>,
    gates: bool,
}

impl Gate {
    /// The reason why a section is locked, or None if it is open. Its quiz has the same lock.
    pub fn lock(&self, section: i32) -> Option<Lock> {
        if let Err(lock) = self.open {
            return Some(lock);
        }
        if !self.gates {
            return None;
        }
        self.quizzes
            .iter()
            .find(|&&(quiz, passed)| quiz < section && !passed)
            .map(|&(section, _)| Lock::AfterQuiz {
                quiz: QuizNumber::new(self.number, section),
                not_before: None,
            })
    }

    /// Time at which the module's gate opened. None if the module is locked or has no gate.
    pub fn opened_at(&self) -> Option<DateTime<Utc>> {
        self.open.ok().filter(|_| self.gates)
    }

    /// Whether the module's quizzes hold back the parts that follow them.
    pub fn holds(&self) -> bool {
        self.gates
    }

    /// Number of the first locked topic of the module. None if all topics are open.
    pub fn closed_from(&self) -> Option<i32> {
        if self.open.is_err() {
            return Some(1);
        }
        if !self.gates {
            return None;
        }
        self.quizzes
            .iter()
            .find(|(_, passed)| !passed)
            .map(|(section, _)| 2 * section + 1)
    }
}

/// Computes the gates of a course's modules, given in order. `started_at` is the time at which the
/// first module opens.
pub fn gates(
    modules: &[ModuleShape],
    pace: Pace,
    started_at: DateTime<Utc>,
    reached: &ModuleTimes,
    now: DateTime<Utc>,
) -> Vec<Gate> {
    // The time at which the next module opens, maybe later than now, or its lock.
    let mut next: Result<DateTime<Utc>, Lock> = Ok(started_at);
    let mut gates = Vec::with_capacity(modules.len());
    for module in modules {
        let quizzes: Vec<(i32, bool)> = module
            .quizzes
            .iter()
            .map(|&section| {
                let quiz = QuizNumber::new(module.number, section);
                (section, reached.passed.contains_key(&quiz))
            })
            .collect();
        let last = (module.quizzes.last()).map(|&section| QuizNumber::new(module.number, section));
        let passed_at = last.and_then(|last| reached.passed.get(&last).copied());
        let holds = pace.is_gated && module.gates;
        let from = |at: DateTime<Utc>| match module.opens_at.map_or(at, |opens| at.max(opens)) {
            at if at <= now => Ok(at),
            at => Err(Lock::From(at)),
        };
        let open = match (holds, reached.unlocked.get(&module.number), next) {
            (_, Some(&unlocked_at), _) if holds || module.opens_at.is_some() => Ok(unlocked_at),
            (false, ..) if module.opens_at.is_none() => Ok(started_at),
            (false, ..) => from(started_at),
            (true, _, Ok(at)) => from(at),
            (true, _, Err(lock)) => Err(lock.until(module.opens_at, now)),
        };
        if let Some(last) = last.filter(|_| holds) {
            let earliest = open.unwrap_or_else(|lock| lock.earliest(now)) + pace.cooldown;
            let not_before = Some(earliest).filter(|&at| at > now);
            next = match (open, passed_at) {
                (Ok(_) | Err(Lock::From(_)), Some(passed_at)) => Ok(earliest.max(passed_at)),
                // The last quiz was excused before this module is open. The next module then waits
                // for the same quiz as this one.
                (Err(Lock::AfterQuiz { quiz, .. }), Some(_)) => {
                    Err(Lock::AfterQuiz { quiz, not_before })
                }
                (_, None) => Err(Lock::AfterQuiz {
                    quiz: last,
                    not_before,
                }),
            };
        }
        gates.push(Gate {
            number: module.number,
            open,
            passed_at,
            quizzes,
            gates: holds,
        });
    }
    gates
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(days: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(days)
    }

    fn module(number: i32, quizzes: &[i32]) -> ModuleShape {
        ModuleShape {
            number,
            gates: true,
            quizzes: quizzes.to_vec(),
            opens_at: None,
        }
    }

    const WEEKLY: Pace = Pace {
        is_gated: true,
        cooldown: TimeDelta::days(7),
    };

    #[test]
    fn a_module_opens_by_its_last_quiz_and_its_week() {
        let course = [module(1, &[1, 2]), module(2, &[1]), module(3, &[1])];
        let mut reached = ModuleTimes::default();
        let at = |reached: &ModuleTimes, now| gates(&course, WEEKLY, day(0), reached, now);

        let start = at(&reached, day(0));
        assert_eq!(start[0].open, Ok(day(0)));
        assert_eq!(start[0].lock(1), None);
        assert_eq!(start[0].lock(2), Some(after(1, 1, None)));
        assert_eq!(start[1].open, Err(after(1, 2, Some(day(7)))));
        assert_eq!(start[2].open, Err(after(2, 1, Some(day(14)))));
        assert_eq!(at(&reached, day(8))[1].open, Err(after(1, 2, None)));

        reached.passed.insert(QuizNumber::new(1, 1), day(1));
        assert_eq!(at(&reached, day(1))[0].lock(2), None);
        reached.passed.insert(QuizNumber::new(1, 2), day(2));
        let passed = at(&reached, day(2));
        assert_eq!(passed[0].passed_at, Some(day(2)));
        assert_eq!(passed[1].open, Err(Lock::From(day(7))));
        assert_eq!(passed[2].open, Err(after(2, 1, Some(day(14)))));
        // The cooldown counts from the unlocking of the module, not from the pass.
        assert_eq!(at(&reached, day(9))[1].open, Ok(day(7)));
        reached.unlocked.insert(2, day(7));
        reached.passed.insert(QuizNumber::new(2, 1), day(20));
        assert_eq!(at(&reached, day(20))[2].open, Ok(day(20)));
    }

    fn after(module_no: i32, section: i32, not_before: Option<DateTime<Utc>>) -> Lock {
        Lock::AfterQuiz {
            quiz: QuizNumber::new(module_no, section),
            not_before,
        }
    }

    #[test]
    fn what_is_excused_before_it_is_open_is_not_what_one_waits_for() {
        let course = [module(1, &[1]), module(2, &[1, 2]), module(3, &[1])];
        let mut reached = ModuleTimes::default();
        reached.passed.insert(QuizNumber::new(2, 1), day(0));
        reached.passed.insert(QuizNumber::new(2, 2), day(0));
        let third =
            |reached: &ModuleTimes, now| gates(&course, WEEKLY, day(0), reached, now)[2].open;
        assert_eq!(third(&reached, day(0)), Err(after(1, 1, Some(day(14)))));
        reached.passed.insert(QuizNumber::new(1, 1), day(1));
        assert_eq!(third(&reached, day(1)), Err(Lock::From(day(14))));
        assert_eq!(third(&reached, day(14)), Ok(day(14)));
    }

    #[test]
    fn what_has_no_questions_holds_nobody_up() {
        let mut course = vec![
            module(1, &[]),
            module(2, &[2]),
            module(3, &[]),
            module(4, &[]),
        ];
        let reached = ModuleTimes::default();
        let open = |course: &[ModuleShape]| -> Vec<bool> {
            gates(course, WEEKLY, day(0), &reached, day(0))
                .iter()
                .map(|gate| gate.open.is_ok())
                .collect()
        };
        assert_eq!(open(&course), [true, true, false, false]);
        course[1].quizzes.clear();
        assert_eq!(open(&course), [true, true, true, true]);
        // A section without questions needs no pass: section 1 of module 2 is skipped.
        let gate = &gates(&[module(2, &[2])], WEEKLY, day(0), &reached, day(0))[0];
        assert_eq!((gate.lock(1), gate.lock(2)), (None, None));
        assert!(gate.lock(3).is_some());
    }

    #[test]
    fn a_module_with_a_time_stays_locked_until_then() {
        let mut course = [module(1, &[1]), module(2, &[1]), module(3, &[])];
        course[1].opens_at = Some(day(10));
        course[2].gates = false;
        course[2].opens_at = Some(day(20));
        let mut reached = ModuleTimes::default();
        let at = |reached: &ModuleTimes, now| gates(&course, WEEKLY, day(0), reached, now);
        let start = at(&reached, day(0));
        assert_eq!(start[1].open, Err(after(1, 1, Some(day(10)))));
        assert_eq!(start[2].lock(1), Some(Lock::From(day(20))));
        assert_eq!(start[2].closed_from(), Some(1));
        reached.passed.insert(QuizNumber::new(1, 1), day(1));
        assert_eq!(at(&reached, day(8))[1].open, Err(Lock::From(day(10))));
        assert_eq!(at(&reached, day(11))[1].open, Ok(day(10)));
        let open = at(&reached, day(20));
        assert_eq!((open[2].open, open[2].lock(1)), (Ok(day(20)), None));
        // A tutor unlocks it earlier.
        reached.unlocked.insert(2, day(5));
        reached.unlocked.insert(3, day(5));
        let unlocked = at(&reached, day(5));
        assert_eq!(unlocked[1].open, Ok(day(5)));
        assert_eq!((unlocked[2].open, unlocked[2].lock(1)), (Ok(day(5)), None));
    }

    #[test]
    fn an_open_course_may_have_times() {
        let mut course = [module(1, &[1]), module(2, &[1])];
        course[1].opens_at = Some(day(10));
        let open = Pace {
            is_gated: false,
            ..WEEKLY
        };
        let locks = |now| {
            let gates = gates(&course, open, day(0), &ModuleTimes::default(), now);
            [gates[0].lock(2), gates[1].lock(1)]
        };
        assert_eq!(locks(day(9)), [None, Some(Lock::From(day(10)))]);
        assert_eq!(locks(day(10)), [None, None]);
    }

    fn courses() -> impl Strategy<Value = Vec<ModuleShape>> {
        let opens_at = proptest::option::of((0i64..60).prop_map(day));
        let module = (
            any::<bool>(),
            proptest::collection::btree_set(1..6, 0..5),
            opens_at,
        );
        proptest::collection::vec(module, 1..9).prop_map(|modules| {
            modules
                .into_iter()
                .zip(1..)
                .map(|((gates, quizzes, opens_at), number)| ModuleShape {
                    number,
                    gates,
                    quizzes: quizzes.into_iter().collect(),
                    opens_at,
                })
                .collect()
        })
    }

    proptest! {
        /// A learner passes every open quiz and waits if only waiting helps. Then everything opens,
        /// whatever tutors excuse and unlock. Unless a tutor unlocks a module, it opens only after
        /// the module before it is passed and its cooldown is over.
        #[test]
        fn nobody_is_locked_out_for_ever(
            course in courses(),
            cooldown in 0i64..10,
            is_gated: bool,
            excused in proptest::collection::vec((1i32..9, 1i32..6, 0i64..30), 0..6),
            unlocked in proptest::collection::vec((1i32..9, 0i64..30), 0..4),
        ) {
            let pace = Pace { is_gated, cooldown: TimeDelta::days(cooldown) };
            let (mut reached, mut now) = (ModuleTimes::default(), day(0));
            // Modules that a tutor unlocks on some day, independently of the learner.
            let by_tutor: Vec<i32> = unlocked.iter().map(|&(number, _)| number).collect();
            let mut open_before: Vec<i32> = Vec::new();
            let mut promised: HashMap<i32, DateTime<Utc>> = HashMap::new();
            for _ in 0..200 {
                for &(number, section, at) in &excused {
                    if day(at) <= now {
                        reached.passed.entry(QuizNumber::new(number, section)).or_insert(day(at));
                    }
                }
                for &(number, at) in &unlocked {
                    if day(at) <= now {
                        reached.unlocked.entry(number).or_insert(day(at));
                    }
                }
                let gates = gates(&course, pace, day(0), &reached, now);
                for gate in &gates {
                    if let Err(lock) = gate.open {
                        promised.insert(gate.number, lock.earliest(now));
                    }
                    if let Ok(at) = gate.open {
                        prop_assert!(at <= now);
                        let earliest = promised.get(&gate.number).filter(|_| by_tutor.is_empty());
                        prop_assert!(earliest.is_none_or(|earliest| at >= *earliest), "nothing opens before it was said to");
                        let opens_at = course[gate.number as usize - 1].opens_at;
                        let is_by_tutor = by_tutor.contains(&gate.number);
                        prop_assert!(is_by_tutor || opens_at.is_none_or(|opens_at| at >= opens_at));
                        reached.unlocked.entry(gate.number).or_insert(at);
                    }
                }
                let open: Vec<i32> = gates
                    .iter()
                    .filter(|gate| gate.open.is_ok())
                    .map(|gate| gate.number)
                    .collect();
                prop_assert!(open_before.iter().all(|number| open.contains(number)), "what is open stays open");
                open_before = open;
                let held: Vec<&ModuleShape> = course
                    .iter()
                    .filter(|module| is_gated && module.gates && !module.quizzes.is_empty())
                    .collect();
                for pair in held.windows(2).filter(|pair| !by_tutor.contains(&pair[1].number)) {
                    if let Some(opened) = reached.unlocked.get(&pair[1].number) {
                        let before = pair[0];
                        let last = QuizNumber::new(before.number, *before.quizzes.last().unwrap());
                        prop_assert!(*opened >= reached.passed[&last]);
                        prop_assert!(*opened >= reached.unlocked[&before.number] + pace.cooldown);
                    }
                }
                let open_quiz = course.iter().zip(&gates).find_map(|(module, gate)| {
                    module
                        .quizzes
                        .iter()
                        .map(|&section| QuizNumber::new(module.number, section))
                        .find(|&quiz| {
                            !reached.passed.contains_key(&quiz) && gate.lock(quiz.section).is_none()
                        })
                });
                let wait = gates.iter().find_map(|gate| match gate.open {
                    Err(Lock::From(at)) => Some(at),
                    _ => None,
                });
                match (open_quiz, wait) {
                    (Some(quiz), _) => {
                        now += TimeDelta::hours(1);
                        reached.passed.insert(quiz, now);
                    }
                    (None, Some(at)) => now = at,
                    (None, None) => {
                        for gate in &gates {
                            for section in 1..8 {
                                prop_assert_eq!(gate.lock(section), None);
                            }
                        }
                        return Ok(());
                    }
                }
            }
            prop_assert!(false, "it never ended");
        }
    }
}
