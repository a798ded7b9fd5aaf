//! Builds the pages of admins and tutors: offerings, the queue, and one application.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::fields::random_code;
use super::mails;
use super::offerings::{self, OfferingRow, no_offering};
use super::registrations::{self, RegistrationRow, no_registration};
use super::{qr, seats, view};
use crate::admission::manage::{
    AssessmentLine, AssessmentPage, OfferingFields, OfferingForm, OfferingLine, OfferingList,
};
use crate::admission::orders::server::{store, undo};
use crate::admission::review::{
    ApplicationQueue, OfferingPage, QUEUE_PAGE, QrImage, QueueFilter, QueueLine, ReviewDecision,
    ReviewPage, UndoableAct, application_path,
};
use crate::admission::{PROGRAMS, RegistrationStatus, program_label, program_name};
use crate::course::server::store::title;
use crate::platform::db::Conn;
use crate::platform::db::schema::{cohorts, registrations as table, users};
use crate::platform::error::AppResult;
use crate::platform::ids::{CohortId, CourseId, DecisionAct, OfferingId, RegistrationId};
use crate::platform::time::Clock;

pub async fn list(
    conn: &mut Conn,
    course: CourseId,
    may_manage: bool,
    clock: &Clock,
) -> AppResult<OfferingList> {
    let all = offerings::all_of_course(conn, course).await?;
    let tallies = offerings::tallies(conn, course).await?;
    let lines = all.iter().map(|offering| {
        let mut tallies = tallies.iter();
        let tally = tallies
            .find(|tally| tally.offering_id == offering.offering_id.0)
            .cloned()
            .unwrap_or_default();
        OfferingLine {
            facts: view::facts(offering, tally.taken, clock),
            is_open: offering.is_open,
            taken: tally.taken,
            capacity: offering.capacity,
            waiting: tally.waiting,
            waitlisted: tally.waitlisted,
        }
    });
    Ok(OfferingList {
        course_title: title(conn, course).await?,
        may_manage,
        offerings: lines.collect(),
    })
}

/// Returns an empty offering of the course, with the usual settings.
pub fn blank(course: CourseId) -> OfferingRow {
    OfferingRow {
        offering_id: OfferingId(uuid::Uuid::new_v4()),
        course_id: course,
        program_type: crate::certificate::ProgramType::Cohort,
        title: String::new(),
        description: String::new(),
        price_cents: 0,
        currency: "EUR".to_owned(),
        starts_on: None,
        ends_on: None,
        applications_open_at: None,
        applications_close_at: None,
        capacity: None,
        needs_review: true,
        offer_hours: 48,
        enrollment_code: random_code(),
        is_open: true,
        cohort_id: None,
        mails: serde_json::json!({}),
        payment_days: 14,
    }
}

pub async fn form(
    conn: &mut Conn,
    course: CourseId,
    offering: Option<OfferingId>,
    clock: &Clock,
) -> AppResult<OfferingForm> {
    let stored = match offering {
        Some(id) => Some(
            offerings::of_course(conn, course, id)
                .await?
                .ok_or_else(no_offering)?,
        ),
        None => None,
    };
    let own: Vec<CohortId> = stored.iter().filter_map(|row| row.cohort_id).collect();
    let known: Vec<(CohortId, String)> = cohorts::table
        .filter(cohorts::course_id.eq(course))
        .filter(cohorts::is_active.or(cohorts::cohort_id.eq_any(own)))
        .order(cohorts::start_date.desc())
        .limit(100)
        .select((cohorts::cohort_id, cohorts::title))
        .load(conn)
        .await?;
    let new = (
        "new".to_owned(),
        "A new one, with this title and these dates".to_owned(),
    );
    let known = known.into_iter().map(|(id, title)| (id.to_string(), title));
    Ok(OfferingForm {
        course_title: title(conn, course).await?,
        offering: stored
            .as_ref()
            .map(|row| (row.offering_id, row.title.clone())),
        fields: fields(&stored.unwrap_or_else(|| blank(course)), clock),
        cohorts: [new].into_iter().chain(known).collect(),
        zone: clock.zone.name().to_owned(),
    })
}

fn fields(row: &OfferingRow, clock: &Clock) -> OfferingFields {
    let time = |time: Option<DateTime<Utc>>| time.map(|time| clock.field(time)).unwrap_or_default();
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let price = match (row.price_cents / 100, row.price_cents % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}"),
    };
    OfferingFields {
        program: program_name(row.program_type).to_owned(),
        title: row.title.clone(),
        description: row.description.clone(),
        price,
        currency: row.currency.clone(),
        starts_on: day(row.starts_on),
        ends_on: day(row.ends_on),
        opens_at: time(row.applications_open_at),
        closes_at: time(row.applications_close_at),
        capacity: row.capacity.map(|n| n.to_string()).unwrap_or_default(),
        needs_review: row.needs_review.then(|| "true".to_owned()),
        offer_hours: row.offer_hours.to_string(),
        pay_days: row.payment_days.to_string(),
        joins_by: row.enrollment_code.clone(),
        cohort: row
            .cohort_id
            .map_or_else(|| "new".to_owned(), |id| id.to_string()),
    }
}

/// Part of the queue to show.
#[derive(Debug, Clone, Copy)]
pub struct QueuePart {
    pub filter: QueueFilter,
    pub page: i64,
    /// The decision that led to the queue.
    pub act: Option<DecisionAct>,
}

/// Returns the page of an offering. `part` is None for tutors, who see no applications. `join` is
/// the beginning of links to join.
pub async fn offering(
    conn: &mut Conn,
    course: CourseId,
    offering: OfferingId,
    part: Option<QueuePart>,
    join: &str,
    clock: &Clock,
) -> AppResult<OfferingPage> {
    let row = offerings::of_course(conn, course, offering)
        .await?
        .ok_or_else(no_offering)?;
    let taken = seats::taken(conn, offering).await?;
    let link = format!("{join}{}", row.enrollment_code);
    let queue = match part {
        Some(part) => Some(queue(conn, &row, part, clock).await?),
        None => None,
    };
    Ok(OfferingPage {
        course_title: title(conn, course).await?,
        facts: view::facts(&row, taken, clock),
        is_open: row.is_open,
        code: row.enrollment_code,
        qr: qr::image(&link).unwrap_or(QrImage {
            size: 1,
            path: String::new(),
        }),
        link,
        taken,
        capacity: row.capacity,
        queue,
    })
}

async fn queue(
    conn: &mut Conn,
    offering: &OfferingRow,
    QueuePart { filter, page, act }: QueuePart,
    clock: &Clock,
) -> AppResult<ApplicationQueue> {
    let counted: Vec<(RegistrationStatus, i64)> = table::table
        .filter(table::offering_id.eq(offering.offering_id))
        .group_by(table::status)
        .select((table::status, diesel::dsl::count_star()))
        .load(conn)
        .await?;
    let counts = QueueFilter::ALL.map(|filter| {
        let counted = counted.iter();
        let of_filter = counted.filter(|(status, _)| filter.statuses().contains(status));
        (filter, of_filter.map(|(_, count)| count).sum())
    });
    let page = page.clamp(0, 10_000);
    let mut lines = lines(
        conn,
        offering,
        filter,
        page * QUEUE_PAGE,
        QUEUE_PAGE + 1,
        clock,
    )
    .await?;
    let has_more = lines.len() > QUEUE_PAGE as usize;
    lines.truncate(QUEUE_PAGE as usize);
    let waiting = table::table
        .filter(table::offering_id.eq(offering.offering_id))
        .filter(table::status.eq(RegistrationStatus::Waitlisted))
        .filter(table::undo_until.is_null())
        .count()
        .get_result::<i64>(conn)
        .await?;
    Ok(ApplicationQueue {
        counts: counts.to_vec(),
        lines,
        undoable: match act {
            Some(act) => undoable(conn, offering, act, clock).await?,
            None => None,
        },
        page,
        has_more,
        may_offer: seats::free(conn, offering).await?.min(waiting),
        mails: ReviewDecision::MAILED
            .map(|decision| (decision, mails::template(offering, decision)))
            .to_vec(),
    })
}

/// Returns a decision about several applications, if it can still be undone.
async fn undoable(
    conn: &mut Conn,
    offering: &OfferingRow,
    act: DecisionAct,
    clock: &Clock,
) -> QueryResult<Option<UndoableAct>> {
    let rows: Vec<RegistrationRow> = table::table
        .filter(table::offering_id.eq(offering.offering_id))
        .filter(table::decision_act.eq(act))
        .filter(table::previous_status.is_not_null())
        .order(table::registration_id)
        .select(RegistrationRow::as_select())
        .load(conn)
        .await?;
    let Some((row, until)) = rows
        .as_slice()
        .first()
        .and_then(|row| Some((row, row.undo_until?)))
    else {
        return Ok(None);
    };
    let status = row.status;
    let mut decisions = ReviewDecision::MAILED.into_iter();
    let mailed = decisions.find(|decision| decision.status() == status);
    let (thing, done) = match status {
        RegistrationStatus::Offered => ("seat", "offered"),
        _ => (
            "application",
            mailed.unwrap_or(ReviewDecision::Review).done(),
        ),
    };
    let (what, mails) = match rows.len() {
        1 => (format!("1 {thing}"), "The mail leaves"),
        count => (format!("{count} {thing}s"), "Mails leave"),
    };
    if status == ReviewDecision::Review.status() {
        let said = format!("{what} {done}. Nobody is told of this.");
        let mail = None;
        return Ok(Some(UndoableAct { act, said, mail }));
    }
    let minutes = match (until - clock.now).num_seconds() {
        ..=60 => "within a minute".to_owned(),
        // A page that is loaded some seconds after the act says the whole time.
        seconds if seconds > 570 => "in ten minutes".to_owned(),
        seconds => format!("in {} minutes", (seconds + 59) / 60),
    };
    Ok(Some(UndoableAct {
        act,
        said: format!("{what} {done}. {mails} {minutes}."),
        mail: row.mail_words(),
    }))
}

/// Returns applications in the order in which they were submitted; the waitlist in its own order.
async fn lines(
    conn: &mut Conn,
    offering: &OfferingRow,
    filter: QueueFilter,
    skip: i64,
    most: i64,
    clock: &Clock,
) -> QueryResult<Vec<QueueLine>> {
    let rows: Vec<RegistrationRow> = table::table
        .filter(table::offering_id.eq(offering.offering_id))
        .filter(table::status.eq_any(filter.statuses()))
        .order((
            table::waitlisted_at.asc().nulls_last(),
            table::submitted_at,
            table::registration_id,
        ))
        .offset(skip)
        .limit(most)
        .select(RegistrationRow::as_select())
        .load(conn)
        .await?;
    Ok(rows.iter().map(|row| line(row, offering, clock)).collect())
}

fn line(row: &RegistrationRow, offering: &OfferingRow, clock: &Clock) -> QueueLine {
    let submitted = row.submitted_at.map_or_else(
        || (String::new(), String::new()),
        |time| (clock.ago(time), time.to_rfc3339()),
    );
    QueueLine {
        registration_id: row.registration_id,
        name: row.called().to_owned(),
        email: row.email.clone(),
        status: row.status,
        submitted,
        undo_until: row.undo_until.map(|until| clock.time(until)),
        is_unpaid: row.owes(offering),
    }
}

/// Returns one application with its neighbors in the filtered queue.
pub async fn application(
    conn: &mut Conn,
    course: (CourseId, &str),
    school: &str,
    id: RegistrationId,
    filter: QueueFilter,
    clock: &Clock,
) -> AppResult<ReviewPage> {
    let (course, slug) = course;
    let row = registrations::of_course(conn, course, id)
        .await?
        .filter(|row| row.status != RegistrationStatus::Draft)
        .ok_or_else(no_registration)?;
    let offering = offerings::of_course(conn, course, row.offering_id)
        .await?
        .ok_or_else(no_offering)?;
    let others = lines(conn, &offering, filter, 0, 200, clock).await?;
    let at = others.iter().position(|line| line.registration_id == id);
    let beside = |at: Option<usize>| {
        let line = others.get(at?)?;
        let path = application_path(slug, row.offering_id, line.registration_id, filter);
        Some(path)
    };
    let previous = beside(at.and_then(|at| at.checked_sub(1)));
    // An application that was just decided is no longer in its queue: the next is the first.
    let next = beside(Some(at.map_or(0, |at| at + 1)));
    let course_title = title(conn, course).await?;
    let mail = mails::of_decision(&row, &offering, &course_title.text, school)
        .filter(|_| row.undo_until.is_some());
    let undoable = match store::holding(conn, id).await? {
        Some(order) => undo::undoable(conn, &order, clock).await?,
        None => None,
    };
    Ok(ReviewPage {
        course_title,
        offering_id: row.offering_id,
        offering_title: offering.title.clone(),
        filter,
        line: line(&row, &offering, clock),
        phone: row.phone.clone().unwrap_or_default(),
        about: row.about.clone(),
        answers: view::answers(&row),
        history: history(conn, &row, &offering, clock).await?,
        decisions: decisions(&row),
        mail,
        is_free: offering.is_free(),
        undoable,
        may_release: row.status.has_seat() && row.previous_status.is_none(),
        others,
        previous,
        next,
    })
}

fn decisions(row: &RegistrationRow) -> Vec<ReviewDecision> {
    use RegistrationStatus::{InReview, Rejected, Submitted, Waitlisted};
    let is_open = matches!(
        row.told_status(),
        Submitted | InReview | Waitlisted | Rejected
    );
    let told = ReviewDecision::TOLD.into_iter();
    told.filter(|decision| is_open && decision.status() != row.status)
        .chain((row.status == Submitted).then_some(ReviewDecision::Review))
        .collect()
}

async fn history(
    conn: &mut Conn,
    row: &RegistrationRow,
    offering: &OfferingRow,
    clock: &Clock,
) -> AppResult<Vec<String>> {
    let mut lines = Vec::new();
    if let Some(at) = row.submitted_at {
        lines.push(format!("Submitted on {}.", clock.date_time(at)));
    }
    let by: Option<Option<String>> = table::table
        .left_join(users::table.on(table::decided_by.eq(users::user_id.nullable())))
        .filter(table::registration_id.eq(row.registration_id))
        .select(users::display_name.nullable())
        .first(conn)
        .await
        .optional()?;
    if let Some(at) = row.decided_at {
        let by = by
            .flatten()
            .map_or(String::new(), |name| format!(" by {name}"));
        lines.push(format!("Decided{by} on {}.", clock.date_time(at)));
    }
    if let Some(at) = row.offer_expires_at {
        lines.push(match row.status {
            RegistrationStatus::Offered => {
                format!("A seat is offered until {}.", clock.date_time(at))
            }
            _ => format!("A seat was offered until {}.", clock.date_time(at)),
        });
    }
    if let Some(at) = row.pay_until.filter(|_| row.owes(offering)) {
        lines.push(format!("To be paid until {}.", clock.date_time(at)));
    }
    if let Some(at) = row.paid_at {
        lines.push(format!("Payment recorded on {}.", clock.date_time(at)));
    }
    if let Some(at) = row.admitted_at {
        lines.push(format!("Let in on {}.", clock.date_time(at)));
    }
    Ok(lines)
}

pub async fn assessment(conn: &mut Conn, course: CourseId) -> AppResult<AssessmentPage> {
    let offerings = offerings::all_of_course(conn, course).await?;
    let rows = offerings::all_questions(conn, course).await?;
    let scope = |row: &offerings::AssessmentQuestionRow| match (row.program_type, row.offering_id) {
        (Some(program), _) => format!("Every offering of type {}", program_label(program)),
        (None, Some(id)) => offerings
            .iter()
            .find(|offering| offering.offering_id == id)
            .map_or_else(String::new, |offering| offering.title.clone()),
        (None, None) => "Every offering of every course".to_owned(),
    };
    let questions = rows
        .iter()
        .map(|row| AssessmentLine {
            question_id: row.question_id,
            prompt: row.prompt.clone(),
            options: row.options.iter().flatten().cloned().collect(),
            is_required: row.is_required,
            scope: scope(row),
        })
        .collect();
    let every = [("".to_owned(), "Every offering of every course".to_owned())];
    let programs = PROGRAMS.map(|program| {
        let label = format!("Every offering of type {}", program_label(program));
        (program_name(program).to_owned(), label)
    });
    let own = offerings
        .iter()
        .map(|offering| (offering.offering_id.to_string(), offering.title.clone()));
    Ok(AssessmentPage {
        course_title: title(conn, course).await?,
        questions,
        scopes: every.into_iter().chain(programs).chain(own).collect(),
    })
}
