//! Organizations: their administration from the command line, and the organization of a Host.

use std::collections::HashMap;
use std::sync::{Arc, RwLock};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::schema::organizations;
use super::{Conn, Db};
use crate::ids::OrganizationId;
use crate::settings::SiteFacts;

diesel::define_sql_function! {
    /// Settings of the organization, and the pages in its navigation.
    fn site_facts(organization: diesel::sql_types::Uuid) -> diesel::sql_types::Jsonb;
}

#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = organizations)]
pub struct Organization {
    pub organization_id: OrganizationId,
    pub slug: String,
    pub name: String,
    pub domain: Option<String>,
    pub time_zone: String,
    #[diesel(select_expression = site_facts(organizations::organization_id))]
    #[diesel(select_expression_type = site_facts<organizations::organization_id>)]
    #[diesel(deserialize_as = serde_json::Value)]
    pub site: SiteFacts,
}

/// Slug of the first organization, which a fresh install has. It answers on loopback and on the
/// configured address.
pub const FIRST: &str = "lyceum";

pub async fn ensure_first(conn: &mut Conn) -> QueryResult<()> {
    diesel::insert_into(organizations::table)
        .values((
            organizations::slug.eq(FIRST),
            organizations::name.eq("Lyceum"),
        ))
        .on_conflict_do_nothing()
        .execute(conn)
        .await
        .map(drop)
}

pub async fn by_slug(conn: &mut Conn, slug: &str) -> QueryResult<Option<Organization>> {
    organizations::table
        .filter(organizations::slug.eq(slug))
        .select(Organization::as_select())
        .first(conn)
        .await
        .optional()
}

/// Returns the organization as it is now.
pub async fn by_id(conn: &mut Conn, id: OrganizationId) -> QueryResult<Organization> {
    organizations::table
        .find(id)
        .select(Organization::as_select())
        .first(conn)
        .await
}

/// All organizations, each with whether it is enabled.
pub async fn list(conn: &mut Conn) -> QueryResult<Vec<(Organization, bool)>> {
    organizations::table
        .order(organizations::slug)
        .select((
            Organization::as_select(),
            organizations::disabled_at.is_null(),
        ))
        .load(conn)
        .await
}

pub async fn create(
    conn: &mut Conn,
    slug: &str,
    name: &str,
    domain: Option<&str>,
) -> QueryResult<Organization> {
    diesel::insert_into(organizations::table)
        .values((
            organizations::slug.eq(slug),
            organizations::name.eq(name),
            organizations::domain.eq(domain),
        ))
        .returning(Organization::as_returning())
        .get_result(conn)
        .await
}

pub async fn set_domain(conn: &mut Conn, slug: &str, domain: Option<&str>) -> QueryResult<usize> {
    diesel::update(organizations::table.filter(organizations::slug.eq(slug)))
        .set(organizations::domain.eq(domain))
        .execute(conn)
        .await
}

/// Changes the name and the time zone of the connection's organization.
pub async fn rename(
    conn: &mut Conn,
    organization: OrganizationId,
    name: &str,
    time_zone: &str,
) -> QueryResult<usize> {
    diesel::update(organizations::table.find(organization))
        .set((
            organizations::name.eq(name),
            organizations::time_zone.eq(time_zone),
        ))
        .execute(conn)
        .await
}

pub async fn set_disabled(conn: &mut Conn, slug: &str, disabled: bool) -> QueryResult<usize> {
    let at = disabled.then(chrono::Utc::now);
    diesel::update(organizations::table.filter(organizations::slug.eq(slug)))
        .set(organizations::disabled_at.eq(at))
        .execute(conn)
        .await
}

/// The time of the lookup and its result.
type Remembered = (Instant, Option<Organization>);

/// Finds the organization of a Host. Results are cached for a few seconds, so that a page needs no
/// query for its organization.
#[derive(Clone, Default)]
pub struct Directory {
    known: Arc<RwLock<HashMap<String, Remembered>>>,
}

const REMEMBERED: Duration = Duration::from_secs(5);
/// Limits the cache, because a client can send any Host header.
const REMEMBERED_AT_MOST: usize = 10_000;

impl Directory {
    /// Looks all organizations up again from now on. Other processes notice a change after a few
    /// seconds.
    pub fn forget(&self) {
        if let Ok(mut known) = self.known.write() {
            known.clear();
        }
    }

    /// Finds the organization of `host`, which has no port. The first organization answers on
    /// loopback and on the configured address, and others answer on their domain. Returns None for
    /// an unknown Host.
    pub async fn find(
        &self,
        db: &Db,
        host: &str,
        public_host: Option<&str>,
    ) -> QueryResult<Option<Organization>> {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if let Some((since, organization)) = self
            .known
            .read()
            .ok()
            .and_then(|known| known.get(&host).cloned())
            && since.elapsed() < REMEMBERED
        {
            return Ok(organization);
        }
        let organization = look_up(db, &host, public_host).await?;
        if let Ok(mut known) = self.known.write() {
            if known.len() >= REMEMBERED_AT_MOST {
                known.clear();
            }
            known.insert(host, (Instant::now(), organization.clone()));
        }
        Ok(organization)
    }
}

async fn look_up(
    db: &Db,
    host: &str,
    public_host: Option<&str>,
) -> QueryResult<Option<Organization>> {
    let mut conn = db
        .system()
        .await
        .map_err(|error| diesel::result::Error::QueryBuilderError(Box::new(error)))?;
    let by_domain = organizations::table
        .filter(organizations::domain.eq(host))
        .filter(organizations::disabled_at.is_null())
        .select(Organization::as_select())
        .first(&mut conn)
        .await
        .optional()?;
    if by_domain.is_some() || !(is_loopback(host) || public_host == Some(host)) {
        return Ok(by_domain);
    }
    organizations::table
        .filter(organizations::slug.eq(FIRST))
        .filter(organizations::disabled_at.is_null())
        .select(Organization::as_select())
        .first(&mut conn)
        .await
        .optional()
}

pub fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || bare
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::is_loopback;

    #[test]
    fn loopback_is_the_machine_itself() {
        for host in ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "::1"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "example.org",
            "localhost.example.org",
            "10.0.0.1",
            "0.0.0.0",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
