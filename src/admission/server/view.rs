//! Builds the pages of applicants, and the button of a course's page.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Date, Text, Uuid};
use diesel_async::RunQueryDsl;

use super::answers::ApplicationAnswers;
use super::notices;
use super::offerings::{self, OfferingRow, no_offering};
use super::registrations::{self, Applicant, RegistrationRow};
use super::seats;
use crate::admission::apply::{Application, ApplicationStage, ApplyPage, apply_path};
use crate::admission::orders::server::view as orders;
use crate::admission::{
    AdmissionPanel, ApplicationState, ApplicationWindow, AskedQuestion, ComingCohort, HeldAccess,
    OfferingFacts, OfferingStanding, RegistrationStatus, Studies, standing,
};
use crate::certificate::ProgramType;
use crate::course::{CourseTitle, Price};
use crate::enrollment::server::store::STUDYING;
use crate::paths::{cohort_home_path, named_cohort_home_path};
use crate::platform::db::schema::{enrollments, registrations as table};
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CohortId, CourseId, OfferingId, UserId};
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

/// The access that a person has to a course.
struct CourseAccess {
    studies: Studies,
    /// True if the enrollment does not depend on a cohort.
    is_own: bool,
    memberships: Vec<HeldMembership>,
}

/// A membership in a cohort of the course. Paused ones are among them.
#[derive(QueryableByName)]
struct HeldMembership {
    #[diesel(sql_type = Uuid)]
    cohort_id: CohortId,
    #[diesel(sql_type = Text)]
    title: String,
    #[diesel(sql_type = Date)]
    start_date: NaiveDate,
    #[diesel(sql_type = Bool)]
    starts_later: bool,
    #[diesel(sql_type = Bool)]
    is_active: bool,
}

impl CourseAccess {
    async fn of(conn: &mut Conn, user: Option<UserId>, course: CourseId) -> QueryResult<Self> {
        let Some(user) = user else {
            return Ok(Self {
                studies: Studies::No,
                is_own: false,
                memberships: Vec::new(),
            });
        };
        let enrolled: Option<(bool, bool)> = enrollments::table
            .filter(enrollments::user_id.eq(user))
            .filter(enrollments::course_id.eq(course))
            .filter(enrollments::status.eq_any(STUDYING))
            .select((
                enrollments::last_opened_at.is_not_null(),
                enrollments::cohort_id.is_null(),
            ))
            .first(conn)
            .await
            .optional()?;
        let memberships = statement(
            "select m.cohort_id, c.title, c.start_date, c.starts_at > now() as starts_later,
                    m.status = 'active' as is_active
             from cohort_members m join cohorts c on c.cohort_id = m.cohort_id
             where m.user_id = $1 and c.course_id = $2 and m.status <> 'removed' and c.is_active
             order by c.starts_at, c.cohort_id",
        )
        .bind::<Uuid, _>(user)
        .bind::<Uuid, _>(course)
        .load(conn)
        .await?;
        Ok(Self {
            studies: match enrolled {
                None => Studies::No,
                Some((false, _)) => Studies::NotStarted,
                Some((true, _)) => Studies::Started,
            },
            is_own: enrolled.is_some_and(|(_, is_own)| is_own),
            memberships,
        })
    }

    /// Returns the person's membership in the cohort of the offering.
    fn membership(&self, offering: &OfferingRow) -> Option<&HeldMembership> {
        let cohort = offering.cohort_id?;
        self.memberships.iter().find(|row| row.cohort_id == cohort)
    }

    /// Compares what the person has with what the offering gives.
    fn beside(&self, offering: &OfferingRow, clock: &Clock) -> HeldAccess {
        let membership = self.membership(offering);
        let today = clock.now.with_timezone(&clock.zone).date_naive();
        let starts_later = match membership {
            Some(membership) => membership.starts_later,
            None => offering.starts_on.is_some_and(|first| first > today),
        };
        let is_on_demand = offering.program_type == ProgramType::SelfPaced;
        HeldAccess {
            studies: self.studies,
            is_all: membership.is_some() || is_on_demand && self.is_own,
            // Nobody waits for the first day of a course that they can open already.
            starts_later: starts_later && !(is_on_demand && self.studies != Studies::No),
        }
    }

    /// Returns the first day of the program in words. A cohort's own first day comes first.
    fn first_day(&self, offering: &OfferingRow) -> String {
        let cohort = self.membership(offering).map(|row| row.start_date);
        cohort.or(offering.starts_on).map(day).unwrap_or_default()
    }

    /// Returns the address at which a person with a seat goes on.
    fn onward(
        &self,
        standing: OfferingStanding,
        offering: &OfferingRow,
        slug: &str,
    ) -> Option<String> {
        match standing {
            OfferingStanding::Continue | OfferingStanding::StartLearning => {
                Some(format!("/learn/{slug}"))
            }
            OfferingStanding::StartsOn => self
                .membership(offering)
                .filter(|membership| membership.is_active)
                .map(|membership| self.home(membership, slug)),
            _ => None,
        }
    }

    /// Returns the next cohort that lets the person in on a later day.
    fn coming(&self, slug: &str) -> Option<ComingCohort> {
        let mut memberships = self.memberships.iter();
        let next = memberships.find(|row| row.is_active && row.starts_later)?;
        Some(ComingCohort {
            title: next.title.clone(),
            first_day: day(next.start_date),
            path: self.home(next, slug),
        })
    }

    /// Returns the address of the cohort's home. Beside a cohort that has started, one that has not
    /// is named.
    fn home(&self, membership: &HeldMembership, slug: &str) -> String {
        let mut memberships = self.memberships.iter();
        match memberships.any(|row| row.is_active && !row.starts_later) {
            true => named_cohort_home_path(slug, membership.cohort_id),
            false => cohort_home_path(slug),
        }
    }
}

/// Refuses an application for access that the person has already.
///
/// # Errors
///
/// `Conflict` with a sentence for the person.
pub async fn refuse_if_held(
    conn: &mut Conn,
    user: Option<UserId>,
    offering: &OfferingRow,
    clock: &Clock,
) -> AppResult<()> {
    let access = CourseAccess::of(conn, user, offering.course_id).await?;
    match access.beside(offering, clock).is_all {
        true => Err(AppError::Conflict(
            "You have this course already, so there is nothing to apply for. You find it under “My learning”."
                .to_owned(),
        )),
        false => Ok(()),
    }
}

/// Decides where the person with this application stands.
fn stand(
    held: HeldAccess,
    row: Option<&RegistrationRow>,
    offering: &OfferingRow,
    taken: i64,
    clock: &Clock,
) -> OfferingStanding {
    let application = row.map(|row| ApplicationState {
        status: row.shown_status(),
        is_paid_or_free: !row.is_unpaid(offering),
    });
    let is_full = offering
        .capacity
        .is_some_and(|capacity| taken >= i64::from(capacity));
    standing(held, application, offering.window(clock.now), is_full)
}

/// Returns the sentence beside the button.
fn note(
    standing: OfferingStanding,
    row: Option<&RegistrationRow>,
    offering: &OfferingRow,
    first: &str,
    school: &str,
    clock: &Clock,
) -> String {
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
        OfferingStanding::AwaitingPayment => {
            let until = row.and_then(|row| row.pay_until);
            let kept = until.map_or("A seat is kept for you.".to_owned(), |until| {
                let until = clock.date_time(until);
                format!("Pay by {until}. The seat is kept for you until then.")
            });
            let price = price(offering).label();
            format!("{kept} Once {school} has received {price}, you are let in.")
        }
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
    let access = CourseAccess::of(conn, person, offering.course_id).await?;
    let taken = seats::taken(conn, offering.offering_id).await?;
    let held = access.beside(&offering, clock);
    let standing = stand(held, row.as_ref(), &offering, taken, clock);
    let first = access.first_day(&offering);
    let note = note(standing, row.as_ref(), &offering, &first, school, clock);
    let onward = access.onward(standing, &offering, &course.slug);
    if let (true, Some(user), Some(row)) = (who.is_reader, who.user, &row) {
        notices::seen(conn, user, row.registration_id).await?;
    }
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
        label: standing.label(&first),
        note,
        onward,
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
    let status = row.shown_status();
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

/// The offerings of a course as its page shows them to a person.
#[derive(Default)]
pub struct CourseAdmission {
    /// Those that matter most to the person come first. Without those whose access the person has
    /// already, and without closed ones unless there are no others.
    pub panels: Vec<AdmissionPanel>,
    pub coming: Option<ComingCohort>,
}

/// Returns the offerings of the course for a person.
pub async fn of_course(
    conn: &mut Conn,
    user: Option<UserId>,
    (course, slug): (CourseId, &str),
    school: &str,
    clock: &Clock,
) -> AppResult<CourseAdmission> {
    let access = CourseAccess::of(conn, user, course).await?;
    let coming = access.coming(slug);
    let all = offerings::all_of_course(conn, course).await?;
    if all.is_empty() {
        return Ok(CourseAdmission {
            panels: Vec::new(),
            coming,
        });
    }
    let tallies = offerings::tallies(conn, course).await?;
    let own = match user {
        Some(user) => of_user(conn, user, &all).await?,
        None => Vec::new(),
    };
    let panels = all.iter().map(|offering| {
        let row = own
            .iter()
            .find(|row| row.offering_id == offering.offering_id);
        let taken = taken_of(&tallies, offering.offering_id);
        let standing = stand(access.beside(offering, clock), row, offering, taken, clock);
        let first = access.first_day(offering);
        let onward = access.onward(standing, offering, slug);
        AdmissionPanel {
            note: note(standing, row, offering, &first, school, clock),
            facts: facts(offering, taken, clock),
            standing,
            label: standing.label(&first),
            path: onward.unwrap_or_else(|| apply_path(offering.offering_id)),
        }
    });
    let home = cohort_home_path(slug);
    let is_coming = coming.is_some() && access.studies == Studies::No;
    let panels = panels.filter(|panel| match panel.standing {
        // The page's main button leads there.
        OfferingStanding::Continue | OfferingStanding::StartLearning => false,
        OfferingStanding::StartsOn => !(is_coming && panel.path == home),
        _ => true,
    });
    Ok(CourseAdmission {
        panels: in_order(panels.collect()),
        coming,
    })
}

/// Sorts offerings by how much they matter, and leaves out closed ones unless there are no others.
fn in_order(mut panels: Vec<AdmissionPanel>) -> Vec<AdmissionPanel> {
    panels.sort_by_key(|panel| panel.standing);
    let open = panels
        .iter()
        .filter(|panel| panel.standing != OfferingStanding::Closed)
        .count();
    panels.truncate(open.max(1));
    panels
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
