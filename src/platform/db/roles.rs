//! The two database roles that Lyceum uses. They are created outside of the migrations, because
//! roles belong to a whole PostgreSQL cluster.

use diesel_async::{AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use hmac::{Hmac, Mac};
use sha2::Sha256;

use super::statement;
use crate::config::DatabaseConfig;

/// The database address of each role.
pub struct Urls {
    pub app: String,
    pub system: String,
}

impl Urls {
    pub fn of(config: &DatabaseConfig) -> Result<Self, String> {
        let given = |url: &Option<String>, role: &str| match (url, &config.owner_url) {
            (Some(url), _) => Ok(url.clone()),
            (None, Some(owner)) => as_role(owner, role),
            (None, None) => Err(
                "No database is named: set DATABASE_URL (or start with bin/dev, which brings one)."
                    .to_owned(),
            ),
        };
        Ok(Self {
            app: given(&config.app_url, "lyceum_app")?,
            system: given(&config.system_url, "lyceum_system")?,
        })
    }
}

/// The owner's address with another role and the password of that role.
fn as_role(owner: &str, role: &str) -> Result<String, String> {
    let mut url = url::Url::parse(owner)
        .map_err(|_| "DATABASE_URL is not a URL like postgres://user@host/name.".to_owned())?;
    let password = derived_password(url.password().unwrap_or_default(), role);
    url.set_username(role)
        .and_then(|()| url.set_password(Some(&password)))
        .map_err(|()| "DATABASE_URL has no host.".to_owned())?;
    Ok(url.into())
}

/// HMAC-SHA-256 of the role's name, keyed with the owner's password, in hex. The owner of the
/// database may use its roles anyway, so no second secret needs to be kept.
fn derived_password(owner_password: &str, role: &str) -> String {
    let mut mac =
        <Hmac<Sha256> as Mac>::new_from_slice(format!("lyceum:{owner_password}").as_bytes())
            .expect("HMAC takes keys of any length");
    mac.update(role.as_bytes());
    mac.finalize()
        .into_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Creates the roles and the extension if they are missing. `conn` is the owner's connection.
pub async fn bootstrap(
    conn: &mut AsyncPgConnection,
    config: &DatabaseConfig,
) -> diesel::QueryResult<()> {
    // All databases of a cluster share its roles, so two migrations at once would collide.
    statement("select pg_advisory_lock(7239041)")
        .execute(conn)
        .await?;
    let made = make(conn, config).await;
    statement("select pg_advisory_unlock(7239041)")
        .execute(conn)
        .await?;
    made
}

async fn make(conn: &mut AsyncPgConnection, config: &DatabaseConfig) -> diesel::QueryResult<()> {
    for (role, given) in [
        ("lyceum_app", &config.app_url),
        ("lyceum_system", &config.system_url),
    ] {
        conn.batch_execute(&format!(
            "do $$ begin
                if not exists (select from pg_roles where rolname = '{role}') then
                    create role {role} login nosuperuser nocreatedb nocreaterole;
                end if;
                execute format('grant connect on database %I to {role}', current_database());
                grant usage on schema public to {role};
            end $$"
        ))
        .await?;
        if let (None, Some(owner)) = (given, &config.owner_url)
            && let Ok(url) = as_role(owner, role)
            && let Some(password) = url::Url::parse(&url)
                .ok()
                .and_then(|url| url.password().map(str::to_owned))
            && !signs_in(&url).await
        {
            conn.batch_execute(&format!("alter role {role} login password '{password}'"))
                .await?;
        }
    }
    conn.batch_execute("create extension if not exists vector")
        .await
}

/// Whether the role can sign in. Its password is then left alone, because a change locks a row that
/// all databases of the cluster share.
async fn signs_in(url: &str) -> bool {
    use diesel_async::AsyncConnection;
    AsyncPgConnection::establish(url).await.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roles_get_the_owners_address_with_a_password_of_their_own() {
        let url = as_role(
            "postgres://owner:secret@db.example.org:5433/lyceum?sslmode=require",
            "lyceum_app",
        )
        .unwrap();
        assert!(url.starts_with("postgres://lyceum_app:"));
        assert!(url.ends_with("@db.example.org:5433/lyceum?sslmode=require"));
        assert!(!url.contains("secret"));
        let other = as_role(
            "postgres://owner:secret@db.example.org:5433/lyceum",
            "lyceum_system",
        )
        .unwrap();
        assert_ne!(
            url::Url::parse(&url).unwrap().password(),
            url::Url::parse(&other).unwrap().password()
        );
    }

    #[test]
    fn without_any_address_the_error_says_what_to_set() {
        let config = DatabaseConfig {
            owner_url: None,
            app_url: None,
            system_url: None,
            direct_url: None,
            pool: 1,
        };
        assert!(Urls::of(&config).err().unwrap().contains("DATABASE_URL"));
    }
}
