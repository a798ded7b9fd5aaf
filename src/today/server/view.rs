//! The page Today. The daily mail holds the same lines.

use std::collections::BTreeMap;

use chrono::TimeDelta;

use super::sentences::{is_request, reason};
use super::store::{self, TodayCount, TodayFact, TodayTutor};
use crate::admission::review::{QueueFilter, application_path};
use crate::course::CourseTitle;
use crate::exercise::marking::marking_path;
use crate::gradebook::learner_path;
use crate::paths::{MODERATION, learner_questions_path};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;
use crate::platform::ids::{OfferingId, RegistrationId, SubmissionId};
use crate::platform::time::Clock;
use crate::teaching::Area;
use crate::today::{
    DismissedLine, TodayCourse, TodayKind, TodayLine, TodayPage, TodayQuery, TodayUndo,
};

/// Time for which the page offers to show the line again that was dismissed last.
const UNDO: TimeDelta = TimeDelta::minutes(10);

pub async fn today(
    conn: &mut Conn,
    tutor: TodayTutor,
    query: &TodayQuery,
    clock: &Clock,
) -> AppResult<TodayPage> {
    let (facts, counts) = store::facts(conn, tutor, query, clock.now).await?;
    let dismissed = store::dismissed_last(conn, tutor.user, clock.now - UNDO).await?;
    let undo = dismissed.map(|(kind, subject, until)| {
        let label = TodayKind::parse(&kind).map_or("", TodayKind::label);
        let said = match until {
            None => format!("{label}: handled. The line comes back when something new happens."),
            Some(until) => format!("{label}: snoozed until {}.", clock.date_time(until)),
        };
        TodayUndo {
            line: format!("{kind} {subject}"),
            said,
        }
    });
    let is_shown = |count: &&TodayCount| {
        let is_kind = query.kind.is_none_or(|kind| kind == count.kind);
        is_kind && (query.course.is_empty() || query.course == count.slug)
    };
    Ok(TodayPage {
        lines: facts.into_iter().map(|fact| line(fact, clock)).collect(),
        total: counts
            .iter()
            .filter(is_shown)
            .map(|count| count.lines)
            .sum(),
        all: counts.iter().map(|count| count.lines).sum(),
        kinds: kinds(&counts, query),
        courses: courses(counts, query),
        undo,
    })
}

/// Numbers of lines by kind, in the chosen course.
fn kinds(counts: &[TodayCount], query: &TodayQuery) -> Vec<(TodayKind, i64)> {
    let of = |kind: TodayKind| {
        let counts = counts.iter().filter(|count| {
            count.kind == kind && (query.course.is_empty() || query.course == count.slug)
        });
        (kind, counts.map(|count| count.lines).sum::<i64>())
    };
    TodayKind::ALL.map(of).to_vec()
}

/// Courses with lines of the chosen kind. The chosen course is among them in any case.
fn courses(counts: Vec<TodayCount>, query: &TodayQuery) -> Vec<TodayCourse> {
    let mut courses: BTreeMap<(String, String), TodayCourse> = BTreeMap::new();
    for count in counts {
        let is_kind = query.kind.is_none_or(|kind| kind == count.kind);
        if !is_kind && query.course != count.slug {
            continue;
        }
        let name = (count.title.to_lowercase(), count.slug.clone());
        let course = courses.entry(name).or_insert_with(|| TodayCourse {
            slug: count.slug,
            title: CourseTitle::new(count.title, count.language),
            lines: 0,
        });
        course.lines += if is_kind { count.lines } else { 0 };
    }
    courses.into_values().collect()
}

fn line(fact: TodayFact, clock: &Clock) -> TodayLine {
    let key = DismissedLine {
        kind: fact.kind,
        subject: fact.subject.clone(),
        fingerprint: fact.fingerprint.clone(),
    };
    let person = match (fact.kind, &fact.name) {
        (TodayKind::Applications, _) => fact.about.clone(),
        (_, Some(name)) => name.clone(),
        (_, None) => "A former member".to_owned(),
    };
    let about = match fact.kind {
        // The name of the applicant, and the number of the quiz, which the sentence has.
        TodayKind::Applications | TodayKind::Stuck => String::new(),
        _ => fact.about.clone(),
    };
    TodayLine {
        kind: fact.kind,
        key: key.key(),
        person,
        about,
        reason: reason(&fact, clock),
        act: act(&fact),
        course: CourseTitle::new(fact.title, fact.language),
    }
}

/// Text and address of the page on which the tutor acts.
fn act(fact: &TodayFact) -> (String, String) {
    let (label, href) = match (fact.kind, fact.id, fact.above) {
        (TodayKind::Unmarked, Some(work), _) => ("Mark", marking_path(SubmissionId(work))),
        (TodayKind::Unanswered, ..) if is_request(fact) => {
            ("Reply", learner_questions_path(&fact.slug))
        }
        (TodayKind::Unanswered, ..) => ("Moderate", MODERATION.to_owned()),
        (TodayKind::Applications, Some(registration), Some(offering)) => {
            let (offering, registration) = (OfferingId(offering), RegistrationId(registration));
            let path = application_path(&fact.slug, offering, registration, QueueFilter::ToDecide);
            ("Decide", path)
        }
        _ => {
            let learner = fact.username.as_deref();
            let path = learner.map(|username| learner_path(&fact.slug, username));
            (
                "View learner",
                path.unwrap_or_else(|| Area::Learners.path(&fact.slug)),
            )
        }
    };
    (label.to_owned(), href)
}
