//! Queries of applications. An applicant is known by account, or by the token of a mailed link.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::offerings::OfferingRow;
use crate::admission::RegistrationStatus;
use crate::admission::review::DecisionMail;
use crate::cohort::server::store::LeftMembership;
use crate::platform::auth::lifetimes;
use crate::platform::db::Conn;
use crate::platform::db::schema::{registration_links, registrations};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, DecisionAct, OfferingId, RegistrationId, UserId};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = registrations)]
pub struct RegistrationRow {
    pub registration_id: RegistrationId,
    pub offering_id: OfferingId,
    pub user_id: Option<UserId>,
    pub email: String,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub about: String,
    pub answers_json: Value,
    pub stage: String,
    pub status: RegistrationStatus,
    pub submitted_at: Option<DateTime<Utc>>,
    pub offer_expires_at: Option<DateTime<Utc>>,
    /// Time until which an accepted person pays, unless they have been let in.
    pub pay_until: Option<DateTime<Utc>>,
    pub admitted_at: Option<DateTime<Utc>>,
    /// True if the person studied the course before they were let in.
    pub was_enrolled: bool,
    pub paid_at: Option<DateTime<Utc>>,
    pub decided_at: Option<DateTime<Utc>>,
    pub previous_status: Option<RegistrationStatus>,
    pub undo_until: Option<DateTime<Utc>>,
    pub mail_subject: Option<String>,
    pub mail_text: Option<String>,
}

impl RegistrationRow {
    /// Returns the status that the applicant may know: a decision counts once its mail has left.
    pub fn told_status(&self) -> RegistrationStatus {
        self.previous_status.unwrap_or(self.status)
    }

    /// Returns the status that the applicant's pages show. An offered seat that is being freed
    /// can't be accepted any more, and its applicant is not told yet: the application is in review.
    pub fn shown_status(&self) -> RegistrationStatus {
        match self.told_status() {
            RegistrationStatus::Offered if self.status != RegistrationStatus::Offered => {
                RegistrationStatus::InReview
            }
            told => told,
        }
    }

    /// True if the person has a seat, or one that is being freed.
    pub fn holds_seat(&self) -> bool {
        self.status.has_seat() || self.told_status().has_seat()
    }

    /// True if the person is accepted and has to pay before they are let in. Nobody who has been
    /// let in is asked to pay, whatever the offering costs now.
    pub fn owes(&self, offering: &OfferingRow) -> bool {
        self.status == RegistrationStatus::Accepted && self.is_unpaid(offering)
    }

    /// True if the price is missing.
    pub fn is_unpaid(&self, offering: &OfferingRow) -> bool {
        !offering.is_free() && self.paid_at.is_none() && self.admitted_at.is_none()
    }

    /// Returns the words of the decision's mail, which can have `{name}`, `{course}`, `{offering}`
    /// and `{school}` for the names.
    pub fn mail_words(&self) -> Option<DecisionMail> {
        let (subject, text) = self.mail_subject.clone().zip(self.mail_text.clone())?;
        Some(DecisionMail { subject, text })
    }

    /// Returns the name, or the address for people who have not given one yet.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.email)
    }
}

/// The person who applies: by account, or by a token.
#[derive(Debug, Clone)]
pub struct Applicant {
    pub user: Option<UserId>,
    pub token: String,
    /// False while the person looks at a course as somebody else: nothing counts as read then.
    pub is_reader: bool,
}

/// Returns the application of this person. A token comes before the account.
pub async fn of_applicant(
    conn: &mut Conn,
    offering: OfferingId,
    who: &Applicant,
) -> QueryResult<Option<RegistrationRow>> {
    let rows = registrations::table
        .filter(registrations::offering_id.eq(offering))
        .select(RegistrationRow::as_select());
    match (who.token.as_str(), who.user) {
        ("", None) => Ok(None),
        ("", Some(user)) => rows
            .filter(registrations::user_id.eq(user))
            .first(conn)
            .await
            .optional(),
        (token, _) => {
            let linked = registration_links::table
                .filter(registration_links::token_hash.eq(hash(token)))
                .filter(registration_links::expires_at.gt(Utc::now()))
                .select(registration_links::registration_id);
            rows.filter(registrations::registration_id.eq_any(linked))
                .first(conn)
                .await
                .optional()
        }
    }
}

pub fn no_registration() -> AppError {
    AppError::NotFound(
        "There is no application here, or the link is too old. Start again with your email address: what you saved is kept.".to_owned(),
    )
}

pub async fn by_id(
    conn: &mut Conn,
    registration: RegistrationId,
) -> QueryResult<Option<RegistrationRow>> {
    registrations::table
        .find(registration)
        .select(RegistrationRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Locks the application until the transaction ends, and returns it. Code that also needs the
/// offering locks that first.
pub async fn lock(
    conn: &mut Conn,
    registration: RegistrationId,
) -> QueryResult<Option<RegistrationRow>> {
    registrations::table
        .find(registration)
        .select(RegistrationRow::as_select())
        .for_update()
        .first(conn)
        .await
        .optional()
}

/// Returns an application for an offering of the course.
pub async fn of_course(
    conn: &mut Conn,
    course: CourseId,
    registration: RegistrationId,
) -> QueryResult<Option<RegistrationRow>> {
    use crate::platform::db::schema::course_offerings;
    registrations::table
        .inner_join(course_offerings::table)
        .filter(registrations::registration_id.eq(registration))
        .filter(course_offerings::course_id.eq(course))
        .select(RegistrationRow::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the application with this address for the offering, and starts one if there is none.
pub async fn start(
    conn: &mut Conn,
    offering: OfferingId,
    email: &str,
) -> QueryResult<RegistrationRow> {
    diesel::insert_into(registrations::table)
        .values((
            registrations::offering_id.eq(offering),
            registrations::email.eq(email),
        ))
        .on_conflict((registrations::offering_id, registrations::email))
        .do_nothing()
        .execute(conn)
        .await?;
    registrations::table
        .filter(registrations::offering_id.eq(offering))
        .filter(registrations::email.eq(email))
        .select(RegistrationRow::as_select())
        .first(conn)
        .await
}

/// Gives the application to a person who is signed in with its address.
pub async fn take_up(
    conn: &mut Conn,
    registration: RegistrationId,
    user: UserId,
    name: &str,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .filter(registrations::user_id.is_null())
        .set((
            registrations::user_id.eq(user),
            registrations::confirmed_at.eq(Utc::now()),
            registrations::name.eq(diesel::dsl::sql::<
                diesel::sql_types::Nullable<diesel::sql_types::Text>,
            >("coalesce(name, ")
            .bind::<diesel::sql_types::Text, _>(name)
            .sql(")")),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Makes a withdrawn application a draft again. A person whose seat is being freed was not told
/// so yet, and that can still be undone: their application stays as it is.
pub async fn reopen(conn: &mut Conn, registration: RegistrationId) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .filter(registrations::status.eq(RegistrationStatus::Withdrawn))
        .filter(registrations::previous_status.is_null())
        .set((
            registrations::status.eq(RegistrationStatus::Draft),
            registrations::submitted_at.eq(None::<DateTime<Utc>>),
            registrations::waitlisted_at.eq(None::<DateTime<Utc>>),
            registrations::offer_expires_at.eq(None::<DateTime<Utc>>),
            registrations::pay_until.eq(None::<DateTime<Utc>>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// The details of an applicant, as they are stored.
pub struct ApplicantDetails<'a> {
    pub name: &'a str,
    pub phone: Option<&'a str>,
    pub about: &'a str,
}

/// Saves the details. The person came by a mailed link or is signed in, so the address is theirs.
pub async fn save_details(
    conn: &mut Conn,
    registration: RegistrationId,
    details: ApplicantDetails<'_>,
    stage: &str,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .filter(registrations::status.eq(RegistrationStatus::Draft))
        .set((
            registrations::name.eq(details.name),
            registrations::phone.eq(details.phone),
            registrations::about.eq(details.about),
            registrations::stage.eq(stage),
            registrations::confirmed_at.eq(diesel::dsl::sql("coalesce(confirmed_at, now())")),
        ))
        .execute(conn)
        .await
        .map(drop)
}

pub async fn save_answers(
    conn: &mut Conn,
    registration: RegistrationId,
    answers: Value,
    stage: &str,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .filter(registrations::status.eq(RegistrationStatus::Draft))
        .set((
            registrations::answers_json.eq(answers),
            registrations::stage.eq(stage),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Hands the application in with its answers. `status` is the status that it gets.
pub async fn submit(
    conn: &mut Conn,
    registration: RegistrationId,
    answers: Value,
    status: RegistrationStatus,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let waitlisted_at = (status == RegistrationStatus::Waitlisted).then_some(now);
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::answers_json.eq(answers),
            registrations::status.eq(status),
            registrations::submitted_at.eq(now),
            registrations::waitlisted_at.eq(waitlisted_at),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Sets the status without a decision. `offer_expires_at` stays, which tells an expired offer from
/// a declined one.
pub async fn set_status(
    conn: &mut Conn,
    registration: RegistrationId,
    status: RegistrationStatus,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::status.eq(status),
            registrations::previous_status.eq(None::<RegistrationStatus>),
            registrations::undo_until.eq(None::<DateTime<Utc>>),
            registrations::decision_act.eq(None::<DecisionAct>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Marks the seat as paid. `by` is the person who recorded it, if it was a person.
pub async fn set_paid(
    conn: &mut Conn,
    registration: RegistrationId,
    by: Option<UserId>,
    now: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::paid_at.eq(now),
            registrations::paid_by.eq(by),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets the payment of a seat that was lost. The order keeps the money.
pub async fn set_unpaid(conn: &mut Conn, registration: RegistrationId) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::paid_at.eq(None::<DateTime<Utc>>),
            registrations::paid_by.eq(None::<UserId>),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Sets the time until which the person pays.
pub async fn set_pay_until(
    conn: &mut Conn,
    registration: RegistrationId,
    until: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set(registrations::pay_until.eq(until))
        .execute(conn)
        .await
        .map(drop)
}

/// Forgets an offer of a seat that its person was not told of.
pub async fn forget_offer(conn: &mut Conn, registration: RegistrationId) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set(registrations::offer_expires_at.eq(None::<DateTime<Utc>>))
        .execute(conn)
        .await
        .map(drop)
}

/// Locks the applications of accepted people who have not been let in, without those whose decision
/// can still be undone. The offering must be locked.
pub async fn not_let_in(
    conn: &mut Conn,
    offering: OfferingId,
) -> QueryResult<Vec<RegistrationRow>> {
    registrations::table
        .filter(registrations::offering_id.eq(offering))
        .filter(registrations::status.eq(RegistrationStatus::Accepted))
        .filter(registrations::previous_status.is_null())
        .filter(registrations::admitted_at.is_null())
        .order(registrations::registration_id)
        .select(RegistrationRow::as_select())
        .for_update()
        .load(conn)
        .await
}

/// Marks the person as let in, or as not let in any more.
pub async fn set_admitted(
    conn: &mut Conn,
    registration: RegistrationId,
    at: Option<DateTime<Utc>>,
    was_enrolled: bool,
) -> QueryResult<()> {
    diesel::update(registrations::table.find(registration))
        .set((
            registrations::admitted_at.eq(at),
            registrations::was_enrolled.eq(was_enrolled),
        ))
        .execute(conn)
        .await
        .map(drop)
}

/// Keeps the membership that the person left for their seat.
pub async fn set_left(
    conn: &mut Conn,
    registration: RegistrationId,
    left: Option<&LeftMembership>,
) -> AppResult<()> {
    let left = left.map(serde_json::to_value).transpose();
    let left = left.map_err(|error| AppError::internal(&error))?;
    diesel::update(registrations::table.find(registration))
        .set(registrations::left_membership.eq(left))
        .execute(conn)
        .await?;
    Ok(())
}

/// Returns the membership that the person left for their seat.
pub async fn left(
    conn: &mut Conn,
    registration: RegistrationId,
) -> QueryResult<Option<LeftMembership>> {
    let left: Option<Value> = registrations::table
        .find(registration)
        .select(registrations::left_membership)
        .first(conn)
        .await?;
    Ok(left.and_then(|left| serde_json::from_value(left).ok()))
}

/// Locks the applications of a decision about several that can still be undone. The offering must
/// be locked.
pub async fn of_act(
    conn: &mut Conn,
    offering: OfferingId,
    act: DecisionAct,
) -> QueryResult<Vec<RegistrationRow>> {
    registrations::table
        .filter(registrations::offering_id.eq(offering))
        .filter(registrations::decision_act.eq(act))
        .filter(registrations::previous_status.is_not_null())
        .order(registrations::registration_id)
        .select(RegistrationRow::as_select())
        .for_update()
        .load(conn)
        .await
}

/// Creates and returns a token for the application. Only its hash is stored.
pub async fn issue_token(conn: &mut Conn, registration: RegistrationId) -> QueryResult<String> {
    let secret: [u8; 24] = rand::random();
    let token = BASE64_URL_SAFE_NO_PAD.encode(secret);
    diesel::insert_into(registration_links::table)
        .values((
            registration_links::registration_id.eq(registration),
            registration_links::token_hash.eq(hash(&token)),
            registration_links::expires_at.eq(Utc::now() + lifetimes::APPLICATION.duration()),
        ))
        .execute(conn)
        .await?;
    Ok(token)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
