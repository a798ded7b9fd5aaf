//! The record of privileged changes and of refusals. A refusal is recorded in a transaction of its
//! own, because that of the request is rolled back. Entries hold no secrets and no message bodies.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use crate::db::Conn;
use crate::db::schema::audit_logs;
use crate::http::Cx;
use crate::ids::UserId;

/// One entry of the record. The connection determines its organization.
#[derive(Debug, Default, Insertable)]
#[diesel(table_name = audit_logs)]
pub struct AuditEntry {
    pub audit_id: Uuid,
    pub actor_user_id: Option<UserId>,
    pub action: String,
    pub outcome: String,
    pub subject_type: Option<String>,
    pub subject_id: Option<String>,
    pub old_values: Option<Value>,
    pub new_values: Option<Value>,
    pub address: Option<String>,
    pub user_agent: Option<String>,
    pub request_id: Option<String>,
}

impl AuditEntry {
    /// An entry of a change that succeeded.
    pub fn done(action: &str) -> Self {
        Self::with_outcome(action, "done")
    }

    fn with_outcome(action: &str, outcome: &str) -> Self {
        Self {
            audit_id: Uuid::now_v7(),
            action: action.to_owned(),
            outcome: outcome.to_owned(),
            ..Self::default()
        }
    }

    /// Sets the type and the id of the object that was changed or refused.
    pub fn of(mut self, subject_type: &str, subject_id: impl ToString) -> Self {
        self.subject_type = Some(subject_type.to_owned());
        self.subject_id = Some(subject_id.to_string());
        self
    }

    pub fn change(mut self, old: Option<Value>, new: Option<Value>) -> Self {
        self.old_values = old;
        self.new_values = new;
        self
    }

    /// Takes the actor, the address and the request id from the request.
    pub fn by(mut self, cx: &Cx) -> Self {
        self.actor_user_id = cx.viewer.as_ref().map(|viewer| viewer.user_id);
        self.address = Some(cx.client.address.to_string());
        self.user_agent.clone_from(&cx.client.user_agent);
        self.request_id = Some(cx.client.request_id.clone());
        self
    }

    pub fn by_user(mut self, user: UserId) -> Self {
        self.actor_user_id = Some(user);
        self
    }

    /// Stores the entry in the same transaction as the change.
    pub async fn write(self, conn: &mut Conn) -> QueryResult<()> {
        diesel::insert_into(audit_logs::table)
            .values(self)
            .execute(conn)
            .await
            .map(drop)
    }
}

/// Records a refusal. If the entry cannot be stored, that is only logged, so that the person still
/// gets the proper answer.
pub async fn denied(cx: &Cx, action: &str, subject: Option<(&str, String)>) {
    alone(cx, AuditEntry::with_outcome(action, "denied"), subject).await;
}

/// Records an action that failed, such as a sign-in.
pub async fn failed(cx: &Cx, action: &str, subject: Option<(&str, String)>) {
    alone(cx, AuditEntry::with_outcome(action, "failed"), subject).await;
}

async fn alone(cx: &Cx, entry: AuditEntry, subject: Option<(&str, String)>) {
    let mut entry = entry.by(cx);
    if let Some((kind, id)) = subject {
        entry = entry.of(kind, id);
    }
    let written = cx
        .within(async move |conn| Ok(entry.write(conn).await?))
        .await;
    if let Err(error) = written {
        tracing::error!(%error, "an audit entry could not be written");
    }
}
