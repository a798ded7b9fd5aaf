//! Queries of invitations.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bytea, Nullable, Text, Timestamptz, Uuid};
use diesel_async::RunQueryDsl;
use sha2::{Digest, Sha256};

use super::check::InvitationDraft;
use crate::course::CourseTitle;
use crate::people::COUNTED;
use crate::people::invite::{
    INVITATIONS_ON_PAGE, InvitationLine, InvitationsPage, OFFERED_COURSES,
};
use crate::platform::auth::{UserRole, lifetimes};
use crate::platform::db::schema::sql_types::UserRole as UserRoleSql;
use crate::platform::db::{Conn, statement};
use crate::platform::error::{AppError, AppResult};
use crate::platform::ids::{CourseId, InvitationId, UserId};
use crate::platform::time::Clock;

/// A course that people are invited to.
#[derive(Debug, Clone, QueryableByName)]
pub struct InvitedCourse {
    #[diesel(sql_type = Uuid)]
    pub course_id: CourseId,
    #[diesel(sql_type = Text)]
    pub slug: String,
    #[diesel(sql_type = Text)]
    pub title: String,
    #[diesel(sql_type = Text)]
    pub language: String,
}

impl InvitedCourse {
    pub fn names(&self) -> CourseTitle {
        CourseTitle::new(self.title.clone(), self.language.clone())
    }
}

/// Finds a course that is not retired.
pub async fn course(conn: &mut Conn, slug: &str) -> QueryResult<Option<InvitedCourse>> {
    statement(
        "select course_id, slug, title, language from courses where slug = $1 and retired_at is null",
    )
    .bind::<Text, _>(slug)
    .get_result(conn)
    .await
    .optional()
}

pub async fn course_by_id(conn: &mut Conn, course: CourseId) -> QueryResult<Option<InvitedCourse>> {
    statement("select course_id, slug, title, language from courses where course_id = $1")
        .bind::<Uuid, _>(course)
        .get_result(conn)
        .await
        .optional()
}

async fn courses(conn: &mut Conn) -> QueryResult<Vec<InvitedCourse>> {
    statement(
        "select course_id, slug, title, language from courses where retired_at is null
         order by title_sort, course_id limit $1",
    )
    .bind::<BigInt, _>(OFFERED_COURSES)
    .load(conn)
    .await
}

#[derive(QueryableByName)]
struct InvitationRow {
    #[diesel(sql_type = Uuid)]
    invitation_id: InvitationId,
    #[diesel(sql_type = Text)]
    email: String,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = UserRoleSql)]
    role: UserRole,
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Text>)]
    title: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    language: Option<String>,
    #[diesel(sql_type = BigInt)]
    total: i64,
}

/// Returns a page of the open invitations. An expired one is open: it can be sent again.
pub async fn page(conn: &mut Conn, after: &str, clock: &Clock) -> QueryResult<InvitationsPage> {
    let place = after
        .split_once('_')
        .and_then(|(at, id)| Some((at.parse().ok()?, id.parse().ok()?)));
    let (at, id): (DateTime<Utc>, uuid::Uuid) = place.unwrap_or_else(|| {
        (
            clock.now + chrono::Duration::days(36_500),
            uuid::Uuid::max(),
        )
    });
    let mut rows: Vec<InvitationRow> = statement(
        "select i.invitation_id, i.email, i.name, i.role, i.created_at, i.expires_at, c.title, c.language,
                (select count(*) from (select from invitations
                                       where accepted_at is null and revoked_at is null limit $4) x) as total
         from invitations i left join courses c on c.course_id = i.course_id
         where i.accepted_at is null and i.revoked_at is null and (i.created_at, i.invitation_id) < ($1, $2)
         order by i.created_at desc, i.invitation_id desc
         limit $3",
    )
    .bind::<Timestamptz, _>(at)
    .bind::<Uuid, _>(id)
    .bind::<BigInt, _>(INVITATIONS_ON_PAGE + 1)
    .bind::<BigInt, _>(COUNTED + 1)
    .load(conn)
    .await?;
    let has_more = rows.len() as i64 > INVITATIONS_ON_PAGE;
    rows.truncate(INVITATIONS_ON_PAGE as usize);
    let last = rows.as_slice().last().filter(|_| has_more);
    let next = last.map(|row| {
        let at = row.created_at.to_rfc3339_opts(SecondsFormat::Micros, true);
        format!("{at}_{}", row.invitation_id)
    });
    let offered = courses(conn).await?;
    Ok(InvitationsPage {
        total: rows.as_slice().first().map_or(0, |row| row.total),
        next,
        courses: offered
            .into_iter()
            .map(|course| (course.slug.clone(), course.names()))
            .collect(),
        problem: None,
        invitations: rows.into_iter().map(|row| line(row, clock)).collect(),
    })
}

fn line(row: InvitationRow, clock: &Clock) -> InvitationLine {
    InvitationLine {
        invitation: row.invitation_id,
        email: row.email,
        name: row.name.unwrap_or_default(),
        role: row.role,
        course: row
            .title
            .zip(row.language)
            .map(|(title, language)| CourseTitle::new(title, language)),
        since: clock.date(row.created_at),
        until: clock.date(row.expires_at),
        is_expired: row.expires_at <= clock.now,
    }
}

/// An invitation as its mail and its link need it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Invitation {
    #[diesel(sql_type = Uuid)]
    pub invitation_id: InvitationId,
    #[diesel(sql_type = Text)]
    pub email: String,
    #[diesel(sql_type = Nullable<Text>)]
    pub name: Option<String>,
    #[diesel(sql_type = UserRoleSql)]
    pub role: UserRole,
    #[diesel(sql_type = Nullable<Uuid>)]
    pub course_id: Option<CourseId>,
    #[diesel(sql_type = Nullable<Text>)]
    pub inviter: Option<String>,
    #[diesel(sql_type = Timestamptz)]
    pub expires_at: DateTime<Utc>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub revoked_at: Option<DateTime<Utc>>,
}

const COLUMNS: &str =
    "i.invitation_id, i.email, i.name, i.role, i.course_id, u.display_name as inviter,
    i.expires_at, i.accepted_at, i.revoked_at
    from invitations i left join users u on u.user_id = i.invited_by";

pub async fn by_id(conn: &mut Conn, invitation: InvitationId) -> QueryResult<Option<Invitation>> {
    statement(format!("select {COLUMNS} where i.invitation_id = $1"))
        .bind::<Uuid, _>(invitation)
        .get_result(conn)
        .await
        .optional()
}

/// Returns an invitation that was neither accepted nor revoked, locked until the transaction ends.
pub async fn open(conn: &mut Conn, invitation: InvitationId) -> AppResult<Invitation> {
    let row: Option<Invitation> = statement(format!(
        "select {COLUMNS} where i.invitation_id = $1 for update of i"
    ))
    .bind::<Uuid, _>(invitation)
    .get_result(conn)
    .await
    .optional()?;
    let row = row.ok_or_else(|| AppError::NotFound("There is no such invitation.".to_owned()))?;
    match (row.accepted_at, row.revoked_at) {
        (Some(_), _) => Err(AppError::Conflict(
            "This invitation was accepted already.".to_owned(),
        )),
        (_, Some(_)) => Err(AppError::Conflict(
            "This invitation was revoked already.".to_owned(),
        )),
        (None, None) => Ok(row),
    }
}

/// Returns the invitation of a link. With `to_change` it is locked until the transaction ends, so
/// that of two requests at once only one accepts it.
pub async fn by_token(
    conn: &mut Conn,
    token: &str,
    to_change: bool,
) -> QueryResult<Option<Invitation>> {
    let lock = match to_change {
        true => " for update of i",
        false => "",
    };
    statement(format!(
        "select {COLUMNS} where i.invitation_id = (select l.invitation_id from invitation_links l where l.token_hash = $1){lock}"
    ))
    .bind::<Bytea, _>(hash(token))
    .get_result(conn)
    .await
    .optional()
}

/// Creates and returns the token of a link. Only its hash is stored.
pub async fn issue_token(conn: &mut Conn, invitation: InvitationId) -> QueryResult<String> {
    let secret: [u8; 24] = rand::random();
    let token = BASE64_URL_SAFE_NO_PAD.encode(secret);
    statement("insert into invitation_links (invitation_id, token_hash) values ($1, $2)")
        .bind::<Uuid, _>(invitation)
        .bind::<Bytea, _>(hash(&token))
        .execute(conn)
        .await?;
    Ok(token)
}

fn hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}

#[derive(QueryableByName)]
struct CreatedRow {
    #[diesel(sql_type = Uuid)]
    invitation_id: InvitationId,
}

/// Stores invitations, each in place of an expired one of its address. Addresses with another open
/// invitation are left out. Returns the new invitations.
pub async fn create(
    conn: &mut Conn,
    by: UserId,
    drafts: &[InvitationDraft],
) -> QueryResult<Vec<InvitationId>> {
    let emails: Vec<&str> = drafts.iter().map(|draft| draft.email.as_str()).collect();
    statement(
        "update invitations set revoked_at = now()
         where email = any($1) and accepted_at is null and revoked_at is null and expires_at <= now()",
    )
    .bind::<Array<Text>, _>(&emails)
    .execute(conn)
    .await?;
    let names: Vec<Option<&str>> = drafts.iter().map(|draft| draft.name.as_deref()).collect();
    let roles: Vec<UserRole> = drafts.iter().map(|draft| draft.role).collect();
    let courses: Vec<Option<CourseId>> = drafts
        .iter()
        .map(|draft| draft.course.as_ref().map(|course| course.course_id))
        .collect();
    let created: Vec<CreatedRow> = statement(
        "insert into invitations (email, name, role, course_id, invited_by, expires_at)
         select x.email, x.name, x.role, x.course_id, $5, $6
         from unnest($1, $2, $3, $4) as x (email, name, role, course_id)
         on conflict do nothing
         returning invitation_id",
    )
    .bind::<Array<Text>, _>(emails)
    .bind::<Array<Nullable<Text>>, _>(names)
    .bind::<Array<UserRoleSql>, _>(roles)
    .bind::<Array<Nullable<Uuid>>, _>(courses)
    .bind::<Uuid, _>(by)
    .bind::<Timestamptz, _>(Utc::now() + lifetimes::INVITATION.duration())
    .load(conn)
    .await?;
    Ok(created.into_iter().map(|row| row.invitation_id).collect())
}

/// Lets all links of the invitation work for 14 days from now.
pub async fn prolong(conn: &mut Conn, invitation: InvitationId) -> QueryResult<()> {
    statement("update invitations set expires_at = $2 where invitation_id = $1")
        .bind::<Uuid, _>(invitation)
        .bind::<Timestamptz, _>(Utc::now() + lifetimes::INVITATION.duration())
        .execute(conn)
        .await
        .map(drop)
}

pub async fn revoke(conn: &mut Conn, invitation: InvitationId) -> QueryResult<()> {
    statement("update invitations set revoked_at = now() where invitation_id = $1")
        .bind::<Uuid, _>(invitation)
        .execute(conn)
        .await
        .map(drop)
}

pub async fn accept(conn: &mut Conn, invitation: InvitationId, by: UserId) -> QueryResult<()> {
    statement(
        "update invitations set accepted_at = now(), accepted_by = $2 where invitation_id = $1",
    )
    .bind::<Uuid, _>(invitation)
    .bind::<Uuid, _>(by)
    .execute(conn)
    .await
    .map(drop)
}

#[derive(QueryableByName)]
struct InvitedRow {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    was_invited: bool,
}

/// Returns true if the address has or had an invitation.
pub async fn was_invited(conn: &mut Conn, email: &str) -> QueryResult<bool> {
    let row: InvitedRow =
        statement("select exists (select from invitations where email = $1) as was_invited")
            .bind::<Text, _>(email)
            .get_result(conn)
            .await?;
    Ok(row.was_invited)
}

/// The account and the open invitation of an address that is to be invited.
#[derive(QueryableByName)]
pub struct KnownAddress {
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Role of its account; None without an account.
    #[diesel(sql_type = Nullable<UserRoleSql>)]
    pub role: Option<UserRole>,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_closed: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub is_invited: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub studies: bool,
    #[diesel(sql_type = diesel::sql_types::Bool)]
    pub teaches: bool,
}

/// Returns what is known about those of the addresses that have an account or an open invitation.
/// `course` is the course that they would study or teach.
pub async fn known(
    conn: &mut Conn,
    emails: &[String],
    course: Option<CourseId>,
) -> QueryResult<Vec<KnownAddress>> {
    statement(
        "select x.email, u.role,
                u.user_id is not null and (not u.is_active or u.deleted_at is not null) as is_closed,
                i.invitation_id is not null as is_invited,
                exists (select from enrollments e where e.user_id = u.user_id and e.course_id = $2
                        and e.status in ('active', 'completed')) as studies,
                exists (select from tutors t join course_tutors ct on ct.tutor_id = t.tutor_id
                        where t.user_id = u.user_id and ct.course_id = $2 and ct.is_active) as teaches
         from unnest($1) as x (email)
         left join users u on u.email = x.email
         left join invitations i on i.email = x.email and i.accepted_at is null and i.revoked_at is null
                                and i.expires_at > now()
         where u.user_id is not null or i.invitation_id is not null",
    )
    .bind::<Array<Text>, _>(emails)
    .bind::<Nullable<Uuid>, _>(course)
    .load(conn)
    .await
}
