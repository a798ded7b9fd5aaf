//! Builds the pages of applicants, and the button of a course's page.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::answers::ApplicationAnswers;
use super::offerings::{self, OfferingRow, no_offering};
use super::registrations::{self, Applicant, RegistrationRow};
use super::seats;
use crate::admission::apply::{Application, ApplicationStage, ApplyPage};
use crate::admission::orders::server::view as orders;
use crate::admission::{
    AdmissionPanel, ApplicationState, ApplicationWindow, AskedQuestion, OfferingFacts,
    OfferingStanding, RegistrationStatus, Studies, standing,
};
use crate::course::{CourseTitle, Price};
use crate::enrollment::server::store::STUDYING;
use crate::platform::db::Conn;
use crate::platform::db::schema::{enrollments, registrations as table};
use crate::platform::error::AppResult;
use crate::platform::ids::{CourseId, OfferingId, UserId};
use crate::platform::time::Clock;

pub fn price(offering: &OfferingRow) -> Price {
    Price {
        cents: offering.price_cents,
        currency: offering.currency.clone(),
    }
}

fn day(date: NaiveDate) -> String {
    date.format("%-d %B %Y").to_string()
}

/// Returns the facts of an offering of which `taken` seats are taken.
pub fn facts(offering: &OfferingRow, taken: i64, clock: &Clock) -> OfferingFacts {
    let dates = match (offering.starts_on, offering.ends_on) {
        (Some(first), Some(last)) if first == last => Some(day(first)),
        (Some(first), Some(last)) => Some(format!("{} – {}", day(first), day(last))),
        (Some(first), None) => Some(format!("From {}", day(first))),
        (None, Some(last)) => Some(format!("Until {}", day(last))),
        (None, None) => None,
    };
    let seats = offering.capacity.map(|capacity| {
        let left = (i64::from(capacity) - taken).max(0);
        match left {
            0 => format!("All {capacity} taken"),
            left => format!("{left} of {capacity} left"),
        }
    });
    let deadline = match (
        offering.window(clock.now),
        offering.applications_open_at,
        offering.applications_close_at,
    ) {
        (ApplicationWindow::NotYet, Some(open), _) => {
            Some(format!("From {}", clock.date_time(open)))
        }
        (ApplicationWindow::Over, ..) => Some("Closed".to_owned()),
        (_, _, Some(close)) => Some(format!("Until {}", clock.date_time(close))),
        _ => None,
    };
    OfferingFacts {
        offering_id: offering.offering_id,
        program: offering.program_type,
        title: offering.title.clone(),
        description: offering.description.clone(),
        price: price(offering).label(),
        is_free: offering.is_free(),
        dates,
        deadline,
        seats,
        needs_review: offering.needs_review,
    }
}

/// Returns the questions of an application as they were asked, with their answers.
pub fn answers(row: &RegistrationRow) -> Vec<AskedQuestion> {
    ApplicationAnswers::of(&row.answers_json).answers
}

/// Returns all that prevents the submission of an application: the stage and a sentence.
pub fn problems(
    name: Option<&str>,
    questions: &[AskedQuestion],
) -> Vec<(ApplicationStage, String)> {
    let details = name
        .is_none()
        .then(|| (ApplicationStage::Details, "Enter your name.".to_owned()));
    let questions = questions.iter().filter_map(|question| {
        let problem = question.problem()?;
        let line = format!("“{}”: {problem}", question.prompt);
        Some((ApplicationStage::Questions, line))
    });
    details.into_iter().chain(questions).collect()
}

/// Whether the person studies the course, and has begun.
async fn studies(conn: &mut Conn, user: Option<UserId>, course: CourseId) -> QueryResult<Studies> {
    let Some(user) = user else {
        return Ok(Studies::No);
    };
    let has_opened: Option<bool> = enrollments::table
        .filter(enrollments::user_id.eq(user))
        .filter(enrollments::course_id.eq(course))
        .filter(enrollments::status.eq_any(STUDYING))
        .select(enrollments::last_opened_at.is_not_null())
        .first(conn)
        .await
        .optional()?;
    Ok(match has_opened {
        None => Studies::No,
        Some(false) => Studies::NotStarted,
        Some(true) => Studies::Started,
    })
}

fn starts_later(offering: &OfferingRow, clock: &Clock) -> bool {
    let today = clock.now.with_timezone(&clock.zone).date_naive();
    offering.starts_on.is_some_and(|first| first > today)
}

fn stand(
    studies: Studies,
    row: Option<&RegistrationRow>,
    offering: &OfferingRow,
    taken: i64,
    clock: &Clock,
) -> OfferingStanding {
    let application = row.map(|row| ApplicationState {
        status: row.told_status(),
        is_paid_or_free: offering.is_free() || row.paid_at.is_some(),
        starts_later: starts_later(offering, clock),
    });
    let is_full = offering
        .capacity
        .is_some_and(|capacity| taken >= i64::from(capacity));
    standing(studies, application, offering.window(clock.now), is_full)
}

fn label(standing: OfferingStanding, offering: &OfferingRow) -> String {
    standing.label(&offering.starts_on.map(day).unwrap_or_default())
}

/// Returns the sentence beside the button.
fn note(
    standing: OfferingStanding,
    row: Option<&RegistrationRow>,
    offering: &OfferingRow,
    school: &str,
    clock: &Clock,
) -> String {
    let first = offering.starts_on.map(day).unwrap_or_default();
    match standing {
        OfferingStanding::Continue
        | OfferingStanding::StartLearning
        | OfferingStanding::ContinueApplication => String::new(),
        OfferingStanding::Apply => match offering.needs_review || !offering.is_free() {
            true => String::new(),
            false => "You get your seat at once.".to_owned(),
        },
        OfferingStanding::AcceptSeat => {
            let until = row.and_then(|row| row.offer_expires_at);
            let until = until.map(|until| clock.date_time(until));
            format!(
                "A seat is kept for you until {}.",
                until.unwrap_or_default()
            )
        }
        OfferingStanding::StartsOn => format!("You have a seat. It starts on {first}."),
        OfferingStanding::AwaitingPayment => format!(
            "A seat is kept for you. Once {school} has received {}, you are let in.",
            price(offering).label()
        ),
        OfferingStanding::Accepted => "You have a seat.".to_owned(),
        OfferingStanding::UnderReview => "You get a mail once it is decided.".to_owned(),
        OfferingStanding::OnWaitlist => {
            "When a seat becomes free, it is offered to you by mail.".to_owned()
        }
        OfferingStanding::JoinWaitlist => {
            "All seats are taken. When one becomes free, it goes to the waitlist.".to_owned()
        }
        OfferingStanding::OpensLater => {
            let open = offering.applications_open_at;
            let open = open.map(|open| clock.date_time(open)).unwrap_or_default();
            format!("Applications open on {open}.")
        }
        OfferingStanding::NotAccepted => "Your application was not accepted this time.".to_owned(),
        OfferingStanding::Closed => "Applications are closed.".to_owned(),
    }
}

/// Returns the page of an application, or the page on which one begins.
pub async fn apply(
    conn: &mut Conn,
    offering: OfferingId,
    who: &Applicant,
    school: &str,
    clock: &Clock,
) -> AppResult<ApplyPage> {
    let (offering, course) = offerings::published(conn, offering)
        .await?
        .ok_or_else(no_offering)?;
    let row = registrations::of_applicant(conn, offering.offering_id, who).await?;
    let person = row.as_ref().and_then(|row| row.user_id).or(who.user);
    let studies = studies(conn, person, offering.course_id).await?;
    let taken = seats::taken(conn, offering.offering_id).await?;
    let standing = stand(studies, row.as_ref(), &offering, taken, clock);
    let note = note(standing, row.as_ref(), &offering, school, clock);
    let others = others(conn, &offering, clock).await?;
    let payment = match &row {
        Some(row)
            if standing == OfferingStanding::AwaitingPayment
                && row.user_id.is_some()
                && row.user_id == who.user =>
        {
            Some(orders::step(conn, row).await?)
        }
        _ => None,
    };
    let application = match row {
        Some(row) => Some(application(conn, &offering, row).await?),
        None => None,
    };
    Ok(ApplyPage {
        course_slug: course.slug,
        course_title: CourseTitle::new(course.title, course.language),
        school: school.to_owned(),
        offering: facts(&offering, taken, clock),
        others,
        standing,
        label: label(standing, &offering),
        note,
        application,
        payment,
    })
}

/// Returns the other offerings of the course for which people can apply now.
async fn others(
    conn: &mut Conn,
    offering: &OfferingRow,
    clock: &Clock,
) -> AppResult<Vec<OfferingFacts>> {
    let all = offerings::all_of_course(conn, offering.course_id).await?;
    let tallies = offerings::tallies(conn, offering.course_id).await?;
    Ok(all
        .iter()
        .filter(|other| other.offering_id != offering.offering_id)
        .filter(|other| other.window(clock.now) == ApplicationWindow::Open)
        .map(|other| facts(other, taken_of(&tallies, other.offering_id), clock))
        .collect())
}

pub fn taken_of(tallies: &[offerings::OfferingTally], offering: OfferingId) -> i64 {
    let mut tallies = tallies.iter();
    tallies
        .find(|tally| tally.offering_id == offering.0)
        .map_or(0, |tally| tally.taken)
}

async fn application(
    conn: &mut Conn,
    offering: &OfferingRow,
    row: RegistrationRow,
) -> AppResult<Application> {
    let status = row.told_status();
    let sheet = ApplicationAnswers::of(&row.answers_json);
    let questions = match status {
        RegistrationStatus::Draft => {
            let asked =
                offerings::questions(conn, offering.offering_id, offering.program_type).await?;
            sheet.asked_now(asked)
        }
        _ => sheet.answers,
    };
    let problems = match status {
        RegistrationStatus::Draft => problems(row.name.as_deref(), &questions),
        _ => Vec::new(),
    };
    Ok(Application {
        status,
        stage: ApplicationStage::parse(&row.stage).unwrap_or(ApplicationStage::Details),
        may_withdraw: row.admitted_at.is_none()
            && !matches!(
                status,
                RegistrationStatus::Draft
                    | RegistrationStatus::Rejected
                    | RegistrationStatus::Withdrawn
            ),
        has_account: row.user_id.is_some(),
        email: row.email,
        name: row.name.unwrap_or_default(),
        phone: row.phone.unwrap_or_default(),
        about: row.about,
        questions,
        problems,
    })
}

/// Returns the offering of the course that matters most to the person, with its button. None if the
/// course has no offering.
pub async fn panel(
    conn: &mut Conn,
    user: Option<UserId>,
    course: CourseId,
    school: &str,
    clock: &Clock,
) -> AppResult<Option<AdmissionPanel>> {
    let all = offerings::all_of_course(conn, course).await?;
    if all.is_empty() {
        return Ok(None);
    }
    let tallies = offerings::tallies(conn, course).await?;
    let own = match user {
        Some(user) => of_user(conn, user, &all).await?,
        None => Vec::new(),
    };
    let studies = studies(conn, user, course).await?;
    let panels = all.iter().map(|offering| {
        let row = own
            .iter()
            .find(|row| row.offering_id == offering.offering_id);
        let taken = taken_of(&tallies, offering.offering_id);
        let standing = stand(studies, row, offering, taken, clock);
        AdmissionPanel {
            note: note(standing, row, offering, school, clock),
            facts: facts(offering, taken, clock),
            standing,
            label: label(standing, offering),
        }
    });
    Ok(panels.min_by_key(|panel| panel.standing))
}

async fn of_user(
    conn: &mut Conn,
    user: UserId,
    offerings: &[OfferingRow],
) -> QueryResult<Vec<RegistrationRow>> {
    let ids: Vec<OfferingId> = offerings.iter().map(|row| row.offering_id).collect();
    table::table
        .filter(table::user_id.eq(user))
        .filter(table::offering_id.eq_any(ids))
        .select(RegistrationRow::as_select())
        .load(conn)
        .await
}
