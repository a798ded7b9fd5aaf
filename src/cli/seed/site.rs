//! The demo's pages for admins: an open invitation, and entries of the audit log.

use serde_json::json;

use crate::people::invite::server::check::InvitationDraft;
use crate::people::invite::server::{invite, store};
use crate::people::role_name;
use crate::platform::audit::AuditEntry;
use crate::platform::auth::{UserRole, store as accounts};
use crate::platform::db::Conn;
use crate::platform::error::AppResult;

const ADMIN: &str = "admin@demo.example";
const TUTOR: &str = "tutor@demo.example";
const INVITED: (&str, &str) = ("noor@invited.example", "Noor Haddad");
const COURSE: &str = "how-to-trust-a-number";

/// Invites somebody to teach the demo course, unless that person was invited before.
pub async fn fill(conn: &mut Conn) -> AppResult<()> {
    let (admin, tutor) = (
        accounts::by_email(conn, ADMIN).await?,
        accounts::by_email(conn, TUTOR).await?,
    );
    let (Some(admin), Some(tutor)) = (admin, tutor) else {
        return Ok(());
    };
    let draft = InvitationDraft {
        email: INVITED.0.to_owned(),
        name: Some(INVITED.1.to_owned()),
        role: UserRole::Tutor,
        course: store::course(conn, COURSE).await?,
    };
    if store::was_invited(conn, &draft.email).await? {
        return Ok(());
    }
    let invited = invite::send(conn, admin.user_id, std::slice::from_ref(&draft)).await?;
    for invitation in invited {
        let what = json!({ "email": draft.email, "role": role_name(draft.role), "course": COURSE });
        AuditEntry::done("invitation.sent")
            .of("invitation", invitation)
            .change(None, Some(what))
            .by_user(admin.user_id)
            .write(conn)
            .await?;
    }
    AuditEntry::done("user.role_changed")
        .of("user", tutor.user_id)
        .change(
            Some(json!({ "role": role_name(UserRole::Learner) })),
            Some(json!({ "role": role_name(UserRole::Tutor) })),
        )
        .by_user(admin.user_id)
        .write(conn)
        .await?;
    Ok(())
}
