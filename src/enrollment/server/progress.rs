//! A learner's progress through the gates and quizzes of a course. The times at which modules were
//! unlocked and passed are stored in `module_progress`.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Date, Int4, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;

use super::gate::{self, Gate, Lock, ModuleShape, ModuleTimes, Pace};
use super::opening::{OpeningRule, effective_date};
use crate::course::section_of;
use crate::course::server::shared;
use crate::course::server::shared::SharedCourse;
use crate::platform::db::{Conn, statement};
use crate::platform::ids::{CourseId, QuizNumber, UserId};
use crate::platform::time::Clock;

/// The gates and quizzes of a course, as they stand for one learner.
#[derive(Debug, Clone)]
pub struct Progress {
    pub gates: Vec<Gate>,
    pub quizzes: Vec<QuizProgress>,
    /// The course itself.
    pub shared: Arc<SharedCourse>,
    is_gated: bool,
    cooldown: TimeDelta,
    /// Modules that were unlocked or passed since their times were last stored.
    unstored: Vec<i32>,
}

/// A section that has questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuizProgress {
    pub number: QuizNumber,
    /// True if an attempt that counts is passed, or if the learner is excused.
    pub is_passed: bool,
    pub is_excused: bool,
    /// Attempts since the last reset.
    pub attempts_used: i64,
    pub lock: Option<Lock>,
}

impl Progress {
    pub fn quiz(&self, number: QuizNumber) -> Option<&QuizProgress> {
        self.quizzes.iter().find(|quiz| quiz.number == number)
    }

    pub fn lock_of_topic(&self, module_no: i32, topic_number: i32) -> Option<Lock> {
        self.lock(QuizNumber::new(module_no, section_of(topic_number)))
    }

    /// The reason why a section, given by the number of its quiz, is locked. None if it is open.
    pub fn lock(&self, quiz: QuizNumber) -> Option<Lock> {
        let mut gates = self.gates.iter();
        gates
            .find(|gate| gate.number == quiz.module_no)
            .and_then(|gate| gate.lock(quiz.section))
    }

    /// The modules with locked topics, and the number of the first locked topic of each. Both lists
    /// have the same order.
    pub fn closed(&self) -> (Vec<i32>, Vec<i32>) {
        self.gates
            .iter()
            .filter_map(|gate| Some((gate.number, gate.closed_from()?)))
            .unzip()
    }

    /// Whether every quiz that holds something back is passed.
    pub fn is_complete(&self) -> bool {
        !self.is_gated
            || self.quizzes.iter().all(|quiz| {
                quiz.is_passed
                    || !self
                        .gates
                        .iter()
                        .any(|gate| gate.number == quiz.number.module_no && gate.holds())
            })
    }
}

/// Says when a lock opens, such as "This opens when quiz 1.2 is passed."
pub fn sentence(lock: Lock, clock: &Clock) -> String {
    match lock {
        Lock::AfterQuiz {
            quiz,
            not_before: None,
        } => format!("This unlocks when quiz {quiz} is passed."),
        Lock::AfterQuiz {
            quiz,
            not_before: Some(at),
        } => format!(
            "This unlocks when quiz {quiz} is passed, but not before {} ({}).",
            clock.date_time(at),
            clock.zone.name()
        ),
        Lock::From(at) => format!(
            "This unlocks on {} ({}).",
            clock.date_time(at),
            clock.zone.name()
        ),
    }
}

/// A short form of the lock, such as "after quiz 1.2" or "from 12 Jan".
pub fn words(lock: Lock, clock: &Clock) -> String {
    match lock {
        Lock::AfterQuiz { quiz, not_before } => {
            let from = not_before.map(|at| format!(", from {}", clock.day(at)));
            format!("after quiz {quiz}{}", from.unwrap_or_default())
        }
        Lock::From(at) => format!("from {}", clock.day(at)),
    }
}

/// Learner and course of a row of the statement that reads the progress of several learners.
#[derive(QueryableByName)]
struct LearnerProgressRow {
    #[diesel(sql_type = Uuid)]
    of_user: UserId,
    #[diesel(sql_type = Uuid)]
    of_course: CourseId,
    #[diesel(embed)]
    row: ProgressRow,
}

/// Row of the statement that reads a learner's progress. It holds the enrollment, a module, the
/// attempts at a quiz, or the rule by which a module opens to the learner's cohort.
#[derive(QueryableByName)]
struct ProgressRow {
    /// None for the enrollment.
    #[diesel(sql_type = Nullable<Int4>)]
    module_no: Option<i32>,
    /// None for a module.
    #[diesel(sql_type = Nullable<Int4>)]
    section: Option<i32>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    enrolled_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Uuid>)]
    revision: Option<uuid::Uuid>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    unlocked_at: Option<DateTime<Utc>>,
    /// Time at which the module was passed, or of the first pass or excuse of the quiz. Attempts
    /// before a reset are included, so that a reset locks nothing again.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    passed_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Bool)]
    is_passed: bool,
    #[diesel(sql_type = Bool)]
    is_excused: bool,
    #[diesel(sql_type = BigInt)]
    attempts_used: i64,
    /// First day and time zone of the cohort. Only a rule has them.
    #[diesel(sql_type = Nullable<Date>)]
    start_date: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Text>)]
    time_zone: Option<String>,
    #[diesel(sql_type = Nullable<Date>)]
    opens_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Int4>)]
    days_after_start: Option<i32>,
}

impl ProgressRow {
    /// The effective date of the rule. None for a row without a rule, and for a rule without a
    /// date.
    fn opens_at(&self) -> Option<DateTime<Utc>> {
        let zone = self.time_zone.as_deref()?.parse().unwrap_or(Tz::UTC);
        let rule = OpeningRule::of(self.opens_on, self.days_after_start);
        effective_date(rule, self.start_date?, zone)
    }
}

const PROGRESS: &str = "select null::int4 as module_no, null::int4 as section, e.enrolled_at, r.revision,
        null::timestamptz as unlocked_at, null::timestamptz as passed_at, false as is_passed, false as is_excused,
        0::bigint as attempts_used, null::date as start_date, null::text as time_zone, null::date as opens_on,
        null::int4 as days_after_start
     from enrollments e left join course_revisions r on r.course_id = e.course_id
     where e.user_id = $1 and e.course_id = $2
     union all
     select module_no, null, null, null, unlocked_at, passed_at, false, false, 0, null, null, null, null
     from module_progress where user_id = $1 and course_id = $2
     union all
     select r.module_no, null, null, null, null, null, false, false, 0, c.start_date, c.time_zone, r.opens_on, r.days_after_start
     from current_membership($1, $2) m
     join cohorts c on c.cohort_id = m.cohort_id
     join lateral prevailing_module_rules(m.cohort_id, m.batch_no, m.member_id) r on true
     union all
     select module_no, topic_pair_index, null, null, null, min(opened_at), bool_or(passes), bool_or(excused),
            count(*) filter (where counts), null, null, null, null
     from (
         select module_no, topic_pair_index, case when status = 'passed' then completed_at end as opened_at,
                counts and status = 'passed' as passes, false as excused, counts
         from quiz_attempt_history where user_id = $1 and course_id = $2
         union all
         select module_no, topic_pair_index, excused_at, true, true, false
         from quiz_excuses where user_id = $1 and course_id = $2
     ) attempts
     group by module_no, topic_pair_index";

/// Loads the learner's progress and stores the modules that were unlocked or passed since the last
/// time, so that they stay open if the course changes.
pub async fn refresh(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> QueryResult<Progress> {
    let progress = load(conn, user, course, now).await?;
    let new: Vec<&Gate> = progress
        .gates
        .iter()
        .filter(|gate| progress.unstored.contains(&gate.number))
        .collect();
    if !new.is_empty() && progress.is_gated {
        store_times(conn, user, course, &new, progress.cooldown).await?;
    }
    Ok(progress)
}

/// Reads the learner's progress and changes nothing.
pub async fn load(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    now: DateTime<Utc>,
) -> QueryResult<Progress> {
    let rows: Vec<ProgressRow> = statement(PROGRESS)
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .load(conn)
        .await?;
    of_rows(conn, rows, course, now).await
}

/// Reads the progress of several learners, each with a course, with one statement, and changes
/// nothing. Learners of whom nothing is known are left out.
pub async fn load_all(
    conn: &mut Conn,
    learners: &[(UserId, CourseId)],
    now: DateTime<Utc>,
) -> QueryResult<HashMap<(UserId, CourseId), Progress>> {
    let (users, courses): (Vec<uuid::Uuid>, Vec<uuid::Uuid>) = learners
        .iter()
        .map(|(user, course)| (user.0, course.0))
        .unzip();
    let each = PROGRESS
        .replace("$1", "p.user_id")
        .replace("$2", "p.course_id");
    let rows: Vec<LearnerProgressRow> = statement(format!(
        "select p.user_id as of_user, p.course_id as of_course, x.*
         from (select distinct * from unnest($1, $2) as u (user_id, course_id)) p
         cross join lateral ({each}) x"
    ))
    .bind::<Array<Uuid>, _>(users)
    .bind::<Array<Uuid>, _>(courses)
    .load(conn)
    .await?;
    let mut by_learner: HashMap<(UserId, CourseId), Vec<ProgressRow>> = HashMap::new();
    for row in rows {
        let learner = (row.of_user, row.of_course);
        by_learner.entry(learner).or_default().push(row.row);
    }
    let mut all = HashMap::with_capacity(by_learner.len());
    for (learner, rows) in by_learner {
        // The course itself is in memory after the first of its learners.
        let progress = of_rows(conn, rows, learner.1, now).await?;
        all.insert(learner, progress);
    }
    Ok(all)
}

async fn of_rows(
    conn: &mut Conn,
    rows: Vec<ProgressRow>,
    course: CourseId,
    now: DateTime<Utc>,
) -> QueryResult<Progress> {
    let mut enrollment = None;
    let mut modules = HashMap::new();
    let mut attempts = HashMap::new();
    let mut openings = HashMap::new();
    for row in rows {
        match (row.module_no, row.section) {
            (Some(module), None) if row.start_date.is_some() => {
                openings.extend(row.opens_at().map(|at| (module, at)));
            }
            (None, _) => enrollment = Some((row.enrolled_at, row.revision)),
            (Some(module), None) => {
                modules.insert(module, row);
            }
            (Some(module), Some(section)) => {
                attempts.insert(QuizNumber::new(module, section), row);
            }
        }
    }
    let shared = match enrollment {
        Some((_, revision)) => shared::course(conn, course, revision).await?,
        None => Arc::default(),
    };
    let shape: Vec<ModuleShape> = shared
        .modules
        .iter()
        .map(|module| ModuleShape {
            number: module.number,
            gates: module.gates,
            quizzes: module.sections.clone(),
            opens_at: openings.get(&module.number).copied(),
        })
        .collect();
    let reached = ModuleTimes {
        unlocked: modules
            .iter()
            .filter_map(|(number, row)| Some((*number, row.unlocked_at?)))
            .collect(),
        passed: attempts
            .iter()
            .filter_map(|(quiz, row)| Some((*quiz, row.passed_at?)))
            .collect(),
    };
    let pace = Pace {
        is_gated: shared.is_gated,
        cooldown: TimeDelta::days(shared.cooldown_days.into()),
    };
    let started_at = enrollment.and_then(|(at, _)| at).unwrap_or(now);
    let gates = gate::gates(&shape, pace, started_at, &reached, now);
    let unstored = gates
        .iter()
        .filter(|gate| {
            let stored = modules.get(&gate.number);
            gate.opened_at().is_some() && stored.and_then(|row| row.unlocked_at).is_none()
                || gate.passed_at.is_some() && stored.and_then(|row| row.passed_at).is_none()
        })
        .map(|gate| gate.number)
        .collect();
    let quizzes = shape
        .iter()
        .zip(&gates)
        .flat_map(|(module, gate)| module.quizzes.iter().map(move |&section| (gate, section)))
        .map(|(gate, section)| {
            let number = QuizNumber::new(gate.number, section);
            let row = attempts.get(&number);
            QuizProgress {
                number,
                is_passed: row.is_some_and(|row| row.is_passed),
                is_excused: row.is_some_and(|row| row.is_excused),
                attempts_used: row.map_or(0, |row| row.attempts_used),
                lock: gate.lock(section),
            }
        })
        .collect();
    Ok(Progress {
        gates,
        quizzes,
        is_gated: pace.is_gated,
        cooldown: pace.cooldown,
        unstored,
        shared,
    })
}

/// Stores the times at which modules were unlocked and passed. Times that are stored already stay.
async fn store_times(
    conn: &mut Conn,
    user: UserId,
    course: CourseId,
    gates: &[&Gate],
    cooldown: TimeDelta,
) -> QueryResult<()> {
    let numbers: Vec<i32> = gates.iter().map(|gate| gate.number).collect();
    let unlocked: Vec<Option<DateTime<Utc>>> = gates.iter().map(|gate| gate.opened_at()).collect();
    let until: Vec<Option<DateTime<Utc>>> = gates
        .iter()
        .map(|gate| gate.opened_at().map(|at| at + cooldown))
        .collect();
    let passed: Vec<Option<DateTime<Utc>>> = gates.iter().map(|gate| gate.passed_at).collect();
    statement(
        "insert into module_progress (user_id, course_id, module_no, unlocked_at, cooldown_until, passed_at, completed_at, quiz_passed)
         select $1, $2, n, u, c, p, p, p is not null from unnest($3, $4, $5, $6) as x (n, u, c, p)
         on conflict (user_id, course_id, module_no) do update set
             unlocked_at = coalesce(module_progress.unlocked_at, excluded.unlocked_at),
             cooldown_until = coalesce(module_progress.cooldown_until, excluded.cooldown_until),
             passed_at = coalesce(module_progress.passed_at, excluded.passed_at),
             completed_at = coalesce(module_progress.completed_at, excluded.completed_at),
             quiz_passed = module_progress.quiz_passed or excluded.quiz_passed",
    )
    .bind::<Uuid, _>(user)
    .bind::<Uuid, _>(course)
    .bind::<Array<Int4>, _>(numbers)
    .bind::<Array<Nullable<Timestamptz>>, _>(unlocked)
    .bind::<Array<Nullable<Timestamptz>>, _>(until)
    .bind::<Array<Nullable<Timestamptz>>, _>(passed)
    .execute(conn)
    .await
    .map(drop)
}

/// The number of topics before a section's quiz, which stands after the section's last topic.
pub fn stands_after(topic_numbers: &[i32], section: i32) -> usize {
    topic_numbers
        .iter()
        .take_while(|&&number| section_of(number) <= section)
        .count()
}
